// Start, routes, keyboard, theme and worlds.

import { $, h, show } from "./dom.js";
import { twin, load, control, resource, notice, said } from "./api.js";
import { list, detail, create, attempt, link } from "./views.js";
import * as journal from "./journal.js";

let drawn = 0;
let selected = -1;
let setJournal;

function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/").map((step) => { try { return decodeURIComponent(step); } catch { return step; } });
  return { name, id, params: new URLSearchParams(query) };
}

// Change the parameters of the list that is shown, and draw it again.
function go(changes) {
  const { name, id, params } = route();
  for (const [key, value] of Object.entries(changes)) value === null ? params.delete(key) : params.set(key, value);
  history.replaceState(null, "", link(name, id, params.size ? params : null));
  return refresh();
}

async function draw() {
  const mine = ++drawn;
  const first = twin.data.resources.find((one) => !one.minor) || twin.data.resources[0];
  let { name, id, params } = route();
  if (!name && first) name = first.name;
  const one = resource(name);
  for (const about of document.querySelectorAll("[data-about]")) about.hidden = about.dataset.about !== name || id !== undefined;
  for (const anchor of document.querySelectorAll("#nav a")) anchor.dataset.resource === name ? anchor.setAttribute("aria-current", "page") : anchor.removeAttribute("aria-current");
  document.title = `${one ? one.title : "Nothing"} · ${twin.data.name}`;
  if (!one) return show($("#view"), h("p", { class: "nothing" }, first ? "There is no such resource." : "This twin has no resources: its operations are shapes only."));
  let parts;
  try {
    parts = id === undefined ? await list(name, params, go) : await detail(name, id, go);
  } catch (error) {
    parts = h("p", { class: "nothing" }, said(error), " ", h("a", { href: link(name) }, one.title));
  }
  if (mine === drawn) keeping(() => show($("#view"), parts));
}

// Draw while the focus, the cursor in the filter, the selected row and open details stay.
function keeping(change) {
  const caret = document.activeElement?.id === "filter" ? [$("#filter").value, $("#filter").selectionStart] : null;
  const open = [...document.querySelectorAll("#view details[open][id]")].map((one) => one.id);
  change();
  for (const id of open) if (document.getElementById(id)) document.getElementById(id).open = true;
  if (caret && $("#filter")) {
    $("#filter").value = caret[0];
    $("#filter").focus();
    $("#filter").setSelectionRange(caret[1], caret[1]);
  }
  select(selected, false);
}

const refresh = () => attempt(async () => { await load(); dress(); await draw(); });

// Counts in the sidebar, and the worlds.
function dress() {
  for (const one of twin.data.resources) {
    const anchor = $(`#nav a[data-resource="${CSS.escape(one.name)}"]`);
    if (!anchor) continue; // a hand took it out of the page
    $(".count", anchor)?.remove();
    anchor.append(h("span", { class: "count" }, ` ${one.count}`));
  }
  show($("#world"), twin.data.worlds.map((name) => h("option", { value: name, selected: name === twin.world }, name)));
}

function enter(world) {
  twin.world = world;
  history.replaceState(null, "", (world === "default" ? location.pathname : `?world=${encodeURIComponent(world)}`) + location.hash);
  document.body.classList.toggle("other-world", world !== "default");
  journal.start();
  return refresh();
}

function worldsDialog() {
  for (const one of document.querySelectorAll(".this-world")) one.textContent = twin.world;
  $("#world-drop").hidden = twin.world === "default";
  $("#worlds-problem").hidden = true;
  $("#worlds-dialog").showModal();
}

const WORLDS = {
  create: (name) => control("worlds", { method: "POST", json: name ? { name } : {} }).then((made) => [made.name, `This is the world ${made.name}.`]),
  fork: (name) => control("worlds", { method: "POST", json: { ...(name && { name }), from: twin.world } }).then((made) => [made.name, `${made.name} is as ${twin.world} was.`]),
  reset: () => control("reset", { method: "POST" }).then(() => [twin.world, `The world ${twin.world} is as it was at first.`]),
  drop: () => control(`worlds/${encodeURIComponent(twin.world)}`, { method: "DELETE" }).then(() => ["default", "Back in the default world."]),
};

async function worldsDeed(event) {
  const deed = WORLDS[event.submitter.value];
  if (!deed) return;
  event.preventDefault();
  try {
    const [world, text] = await deed($("#world-name").value);
    $("#worlds-dialog").close();
    $("#world-name").value = "";
    await enter(world);
    notice(text);
  } catch (error) {
    $("#worlds-problem").textContent = said(error);
    $("#worlds-problem").hidden = false;
  }
}

const rows = () => [...document.querySelectorAll("#view [data-row]")];

function select(index, scroll = true) {
  const all = rows();
  selected = all.length ? Math.min(index, all.length - 1) : -1;
  all.forEach((row, place) => row.classList.toggle("selected", place === selected));
  if (!scroll || selected < 0) return;
  all[selected].scrollIntoView({ block: "nearest" });
  all[selected].querySelector("a").focus({ preventScroll: true });
}

function escape() {
  const filter = $("#filter");
  if ($("#view details.menu[open]")) $("#view details.menu[open]").open = false;
  else if (filter && document.activeElement === filter) filter.value ? go({ q: (filter.value = "") || null, after: null }) : filter.blur();
  else if (document.body.classList.contains("menu-open")) setMenu(false);
  else if ($("#up")) $("#up").click();
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.key === "Escape") return escape();
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const deeds = {
    "/": () => $("#filter")?.focus(), j: () => select(selected + 1), k: () => select(Math.max(selected - 1, 0)),
    Enter: () => selected >= 0 && event.target === document.body && rows()[selected].querySelector("a").click(),
    n: () => ($("#new") ? $("#new").click() : resource(route().name) && create(resource(route().name))), e: () => $("#edit")?.click(),
    l: () => $("#journal-toggle").click(), w: worldsDialog, "?": CLICKS.help,
  };
  if (!Object.hasOwn(deeds, event.key)) return;
  if (event.key !== "Enter") event.preventDefault();
  deeds[event.key]();
}

const THEMES = ["auto", "light", "dark"];

function theme(name) {
  const chosen = THEMES.includes(name) ? name : "auto";
  document.documentElement.dataset.theme = chosen;
  $("#theme").title = $("#theme").ariaLabel = `Theme: ${chosen}`;
  localStorage.setItem("twin-theme", chosen);
}

function setMenu(open) {
  document.body.classList.toggle("menu-open", open);
  $("#menu").setAttribute("aria-expanded", String(open));
}

theme(localStorage.getItem("twin-theme"));
const CLICKS = {
  theme: () => theme(THEMES[(THEMES.indexOf(localStorage.getItem("twin-theme")) + 1) % 3]),
  menu: () => setMenu(!document.body.classList.contains("menu-open")),
  worlds: worldsDialog, help: () => $("#help-dialog").showModal(),
};
for (const [id, deed] of Object.entries(CLICKS)) $(`#${id}`).addEventListener("click", deed);
$("#world").addEventListener("change", (event) => attempt(() => enter(event.target.value)));
$("#worlds-dialog form").addEventListener("submit", worldsDeed);
document.addEventListener("keydown", keys);
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target) || event.target.closest(".drop")) menu.open = false;
});
window.addEventListener("hashchange", () => {
  selected = -1;
  setMenu(false);
  if (!matchMedia("(min-width: 1100px)").matches) setJournal(false);
  attempt(draw);
});
let soon;
setJournal = journal.wire((entries) => {
  if (!entries.some((entry) => entry.method !== "GET")) return;
  clearTimeout(soon);
  soon = setTimeout(() => !$("dialog[open]") && refresh(), 150);
});
enter(new URL(location.href).searchParams.get("world") || "default");
