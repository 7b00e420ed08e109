// The live journal: server-sent events, read with fetch so that headers can be sent.

import { $, h, show, copy, json } from "./dom.js";
import { twin, control } from "./api.js";

const MOST = 300;
let last = 0;
let stop = null;
let heard = () => {};

export function start() {
  if (stop) stop.abort();
  stop = new AbortController();
  last = 0;
  show($("#entries"), h("p", { class: "dim empty" }, "Requests to this twin appear here, newest first."));
  follow(stop.signal);
}

async function follow(signal) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const response = await control(`journal/stream?after=${last}`, { signal, stream: true });
      tell("live");
      pause = 500;
      await read(response.body.getReader(), signal);
    } catch { /* the twin stopped, or its world is gone: again in a while */ }
    if (signal.aborted) return;
    tell("reconnecting …");
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 8000);
  }
}

async function read(reader, signal) {
  const decoder = new TextDecoder();
  let buffer = "";
  while (!signal.aborted) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += decoder.decode(value, { stream: true });
    const lines = buffer.split("\n");
    buffer = lines.pop();
    const entries = lines.filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)));
    if (entries.length) add(entries);
  }
}

const tell = (text) => ($("#journal-state").textContent = text);

function add(entries) {
  const list = $("#entries");
  list.querySelector(".empty")?.remove();
  const live = last > 0;
  for (const entry of entries.slice(-MOST)) {
    list.prepend(row(entry));
    last = Math.max(last, entry.number);
  }
  while (list.children.length > MOST) list.lastElementChild.remove();
  if (live || entries.length < 3) heard(entries);
}

function row(entry) {
  const body = h("div", { class: "bodies" });
  const open = (event) => event.target.open && !body.children.length && fill(body, entry);
  const good = entry.status < 300 ? "good" : entry.status < 400 ? "calm" : "bad";
  const time = new Date(entry.started).toLocaleTimeString();
  return h("details", { class: `entry ${entry.method === "GET" ? "reads" : "writes"}`, ontoggle: open },
    h("summary", {}, h("span", { class: "method" }, entry.method), h("span", { class: "path", title: entry.path }, entry.path),
      h("span", { class: `status ${good}` }, String(entry.status)),
      h("span", { class: "more" }, entry.tier && entry.tier !== "semantic" ? h("b", { class: "tier" }, entry.tier) : entry.tier || "no route",
        entry.twin === (twin.data?.name ?? entry.twin) ? "" : ` · ${entry.twin}`, ` · ${time}`)),
    body);
}

function fill(body, entry) {
  const button = h("button", { type: "button", class: "quiet", onclick: () => copy(curl(entry), button) }, "Copy as curl");
  show(body, h("div", { class: "buttons" }, button, h("span", { class: "dim" }, entry.operation)),
    entry.query ? [h("h3", {}, "Query"), json(entry.query.split("&").join("\n"))] : null,
    entry.body ? [h("h3", {}, "Request"), json(entry.body)] : null,
    h("h3", {}, "Response"), entry.answer ? json(entry.answer) : h("p", { class: "dim" }, "no body"),
    entry.cut ? h("p", { class: "dim" }, "Bodies are cut at 4,096 bytes.") : null);
}

const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;

export function curl(entry) {
  const url = location.origin + entry.path + (entry.query ? `?${entry.query}` : "");
  const parts = ["curl", "-X", entry.method, quoted(url), "-H", quoted(`Authorization: ${twin.data.credential}`)];
  if (entry.world !== "default") parts.push("-H", quoted(`X-Twin-World: ${entry.world}`));
  if (entry.content_type) parts.push("-H", quoted(`Content-Type: ${entry.content_type}`));
  if (entry.body) parts.push("--data-binary", quoted(entry.body));
  return parts.join(" ");
}

// Wire the panel up; `listener` is told of entries. Returns what opens and closes it.
export function wire(listener) {
  heard = listener;
  const box = $("#journal");
  const toggle = $("#journal-toggle");
  const set = (open) => {
    document.body.classList.toggle("journal-closed", !open);
    toggle.setAttribute("aria-expanded", String(open));
  };
  set(matchMedia("(min-width: 1100px)").matches);
  toggle.addEventListener("click", () => set(document.body.classList.contains("journal-closed")));
  $("#journal-writes").addEventListener("change", (event) => box.classList.toggle("writes-only", event.target.checked));
  $("#journal-clear").addEventListener("click", () => show($("#entries"), h("p", { class: "dim empty" }, "Cleared here; the twin still has it.")));
  return set;
}
