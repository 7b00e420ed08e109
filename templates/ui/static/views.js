// How records are shown: table, board, thread, tree, and one record with its relations.

import { $, h, at, words, brief, state, json, copy } from "./dom.js";
import { control, request, send, resource, notice, said } from "./api.js";
import { openForm, needsNothing, confirmed, callOf } from "./form.js";

const PAGE = 25;
const KINDS = { board: ["board", "table"], thread: ["thread", "table"], tree: ["tree", "table"] };

export const link = (name, id, query) =>
  `#/${encodeURIComponent(name)}${id === undefined ? "" : `/${encodeURIComponent(id)}`}${query ? `?${new URLSearchParams(query)}` : ""}`;

const anchor = (one) => one.gone ? h("span", { class: "dim", title: "no longer there" }, one.label) : h("a", { href: link(one.resource, one.id) }, one.label);

// One resource's records. `params` holds q, view, the pages walked through (after) and refs.
export async function list(name, params, go) {
  const one = resource(name);
  if (one.view === "detail" && !params.size) {
    const page = await control(`records/${encodeURIComponent(name)}?limit=2`);
    if (page.records.length === 1) return detail(name, page.records[0].id, go);
  }
  const kinds = KINDS[one.view] || ["table"];
  const kind = kinds.includes(params.get("view")) ? params.get("view") : kinds[0];
  const draw = { board, thread, tree, table }[kind];
  const query = new URLSearchParams([["limit", { table: PAGE, thread: 50 }[kind] || 500]]);
  for (const [key, value] of params) if (key === "q" || key.startsWith("ref.")) query.set(key, value);
  const walked = (params.get("after") || "").split(",").filter(Boolean);
  if (walked.length) query.set("after", walked.at(-1));
  const page = await control(`records/${encodeURIComponent(name)}?${query}`);
  return [toolbar(one, params, kinds, kind, go), chips(one, page, go),
    page.records.length || kind === "board" ? await draw(one, page, params) : nothing(one, params),
    kind === "table" || kind === "thread" ? pager(page, params, walked, kind === "table" ? PAGE : 50, go) : page.next && h("p", { class: "dim" }, `The newest ${page.records.length} are shown; filter for others.`)];
}

function toolbar(one, params, kinds, kind, go) {
  let waiting;
  const change = (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go({ q: event.target.value.trim() || null, after: null }), 200);
  };
  const filter = h("input", { id: "filter", type: "search", placeholder: "Filter …", "aria-label": `Filter ${one.title}`, title: "Words that a record holds; field:word looks at one field", oninput: change });
  filter.value = params.get("q") || "";
  const make = callOf(one, "create") || callOf(one, "link");
  const others = one.calls.filter((call) => call.kind === "call" && !call.own);
  return h("div", { class: "toolbar" }, filter,
    kinds.length > 1 && h("div", { class: "tabs", role: "group", "aria-label": "View" }, kinds.map((name) =>
      h("button", { type: "button", "aria-pressed": String(name === kind), onclick: () => go({ view: name === kinds[0] ? null : name, after: null }) }, words(name)))),
    others.length > 0 && h("details", { class: "menu" }, h("summary", { class: "button quiet" }, "More"),
      h("div", { class: "drop" }, others.map((call) => h("button", { type: "button", class: "quiet", onclick: () => run(one, call, null, params) }, call.title)))),
    make && h("button", { type: "button", class: "primary", id: "new", onclick: () => create(one, params) }, "New", h("kbd", {}, "n")));
}

function chips(one, page, go) {
  return Object.entries(page.within).map(([end, ref]) => h("p", { class: "chips" }, h("span", { class: "chip" }, `${words(end)}: `, anchor(ref),
    h("button", { type: "button", "aria-label": `All ${one.title}`, onclick: () => go({ [`ref.${end}`]: null, after: null }) }, "×"))));
}

const nothing = (one, params) => h("p", { class: "nothing" }, params.get("q") ? `Nothing in ${one.title} holds “${params.get("q")}”.` : `No ${one.title.toLowerCase()} in this world yet.`);

function pager(page, params, walked, size, go) {
  const first = walked.length * size + 1;
  const count = page.records.length;
  const of = page.total === null ? "" : ` of ${page.total}`;
  return h("div", { class: "pager" }, h("span", { class: "dim", role: "status" }, count ? `${first}–${first + count - 1}${of}` : ""),
    (walked.length > 0 || page.next) && [
      h("button", { type: "button", disabled: !walked.length, onclick: () => go({ after: walked.slice(0, -1).join(",") || null }) }, "Newer"),
      h("button", { type: "button", disabled: page.next === null, onclick: () => go({ after: [...walked, page.next].join(",") }) }, "Older")]);
}

function cell(one, record, path) {
  const value = at(record.data, path);
  const states = one.lifecycle ? one.lifecycle.field === path : /^(status|state)$/.test(path);
  return states && typeof value === "string" ? state(value) : brief(value, path);
}

function table(one, page, params) {
  const paths = page.columns;
  const ends = [...Object.keys(one.edge), ...one.parents].filter((end) => !params.has(`ref.${end}`));
  const own = one.label && paths.includes(one.label);
  const heads = [...(own ? [words(one.label)] : ["Record"]), ...ends.map(words), ...paths.filter((path) => path !== one.label || !own).map(words)];
  const row = (record) => {
    const cells = [h("a", { href: link(one.name, record.id) }, record.label),
      ...ends.map((end) => (record.refs[end] ? anchor(record.refs[end]) : brief(null))),
      ...paths.filter((path) => path !== one.label || !own).map((path) => cell(one, record, path))];
    return h("tr", { "data-row": record.id }, cells.map((inner, index) => h(index ? "td" : "th", { scope: index ? null : "row", "data-label": heads[index] }, inner)));
  };
  return h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "away" }, one.title),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, page.records.map(row))));
}

function board(one, page) {
  const groups = new Map((one.lifecycle?.states || []).map((name) => [name, []]));
  for (const record of page.records) {
    const name = String(at(record.data, one.by) ?? "–");
    groups.set(name, [...(groups.get(name) || []), record]);
  }
  const card = (record) => h("li", { class: "card", "data-row": record.id }, h("a", { href: link(one.name, record.id) }, record.label),
    h("span", { class: "dim" }, one.columns.filter((path) => path !== one.label && path !== one.by).slice(0, 2).map((path) => at(record.data, path)).filter((value) => typeof value === "string").join(" ")));
  const [full, empty] = [true, false].map((some) => [...groups].filter(([, records]) => records.length > 0 === some));
  return [h("div", { class: "board" }, full.map(([name, records]) => h("section", { "aria-label": name }, h("h2", {}, state(name), h("span", { class: "count" }, String(records.length))), h("ul", {}, records.map(card))))),
    empty.length > 0 && h("p", { class: "dim empties" }, "None in ", empty.map(([name]) => [state(name), " "]))];
}

async function thread(one, page, params) {
  const people = new Map();
  if (resource(one.by)) for (const person of (await control(`records/${encodeURIComponent(one.by)}?limit=500`)).records) people.set(person.id, person);
  const note = (record) => {
    const who = people.get(at(record.data, one.by));
    return h("li", { "data-row": record.id },
      h("p", { class: "who" }, h("b", {}, who ? h("a", { href: link(one.by, who.id) }, who.label) : String(at(record.data, one.by) ?? "somebody")),
        Object.entries(record.refs).filter(([end]) => !params.has(`ref.${end}`)).map(([, ref]) => ["in ", anchor(ref)]),
        h("a", { class: "dim", href: link(one.name, record.id) }, record.id)),
      h("p", { class: "said" }, brief(at(record.data, one.label))));
  };
  return h("ol", { class: "thread" }, [...page.records].reverse().map(note));
}

function tree(one, page) {
  const above = (record) => [].concat(record.refs[one.by]?.id ?? at(record.data, one.by))[0];
  const known = new Set(page.records.map((record) => record.id));
  const below = new Map();
  const roots = [];
  for (const record of page.records) {
    const parent = above(record);
    if (known.has(parent) && parent !== record.id) below.set(parent, [...(below.get(parent) || []), record]);
    else roots.push(record);
  }
  const seen = new Set();
  const node = (record) => {
    if (seen.has(record.id)) return null;
    seen.add(record.id);
    const inside = below.get(record.id) || [];
    const line = [h("a", { href: link(one.name, record.id) }, record.label), h("span", { class: "dim" }, one.columns.slice(1, 3).map((path) => at(record.data, path)).filter((value) => typeof value === "string").join(" · "))];
    return h("li", { "data-row": record.id }, inside.length ? h("details", { open: true }, h("summary", {}, line), h("ul", {}, inside.map(node))) : line);
  };
  return h("ul", { class: "tree" }, roots.map(node));
}

// One record: facts, relations, what can be done, and the whole of it as JSON.
export async function detail(name, id, go) {
  const one = resource(name);
  const record = await control(`records/${encodeURIComponent(name)}/${encodeURIComponent(id)}`);
  const calls = one.calls.filter((call) => call.own || call.fill.some((fill) => fill.with && record.refs[fill.with]));
  const own = calls.filter((call) => call.own || one.singleton || Object.keys(one.edge).length);
  const edit = best(own.filter((call) => call.kind === "edit"));
  const drop = own.find((call) => call.kind === "delete" || call.kind === "unlink");
  const moves = own.filter((call) => call.kind === "move");
  const rest = own.filter((call) => call !== edit && call !== drop && !(call.kind === "move" && needsNothing(call, record)) && !["create", "link"].includes(call.kind));
  const legal = (call) => call.kind !== "move" || record.moves.includes(call.move);
  const button = (call, more) => h("button", {
    type: "button", disabled: !legal(call), onclick: () => run(one, call, record, null, go), ...more,
    title: legal(call) ? call.title : `only from ${(one.lifecycle.moves[call.move]?.from || []).join(", ")}`,
  }, call.kind === "move" ? words(call.move) : call.title);
  const current = one.lifecycle && at(record.data, one.lifecycle.field);
  const id_ = h("button", { type: "button", class: "quiet mono", title: "Copy the id", onclick: () => copy(record.id, id_) }, record.id);
  return [
    h("p", { class: "crumbs" }, h("a", { href: link(name), id: "up" }, one.title)),
    h("header", { class: "record" }, h("h2", {}, record.label), current ? state(current) : null, id_),
    h("div", { class: "actions" },
      edit && h("button", { type: "button", class: "primary", id: "edit", onclick: () => openForm(edit, { title: `Edit ${record.label}`, record, done: () => after(one, record, "Saved.", go) }) }, "Edit"),
      moves.filter((call) => needsNothing(call, record)).sort((a, b) => legal(b) - legal(a)).map((call) => button(call, {})),
      drop && h("button", { type: "button", class: "danger", onclick: () => remove(one, drop, record, go) }, drop.kind === "unlink" ? "Remove" : "Delete"),
      rest.length > 0 && h("details", { class: "menu" }, h("summary", { class: "button quiet" }, "More"),
        h("div", { class: "drop" }, rest.map((call) => button(call, { class: "quiet" }))))),
    h("div", { class: "panes" }, h("section", { "aria-label": "Fields" }, facts(one, record)), relations(one, record)),
    h("details", { class: "raw", id: "raw" }, h("summary", {}, "JSON"), h("div", {}, json(record.data))),
  ];
}

const best = (calls) => ["PATCH", "POST", "PUT"].map((method) => calls.find((call) => call.method === method)).find(Boolean);

function facts(one, record) {
  if (!record.facts.length) return h("p", { class: "dim" }, "It has no fields of its own.");
  const name = (path) => path.split(".").map((step, place, all) => (place < all.length - 1 ? h("span", { class: "dim" }, `${words(step)} › `) : words(step)));
  return h("dl", { class: "facts" }, record.facts.map(([path]) => h("div", {}, h("dt", {}, name(path)), h("dd", {}, cell(one, record, path)))));
}

function relations(one, record) {
  const refs = Object.entries(record.refs).map(([end, ref]) => h("li", {}, h("span", { class: "dim" }, `${words(end)} `), anchor(ref)));
  const named = record.mentions.map((ref) => h("li", {}, h("span", { class: "dim" }, `${words(ref.field)} `), anchor(ref)));
  const below = record.children.map((child) => {
    const kind = resource(child.resource);
    const make = callOf(kind, "create") || callOf(kind, "link");
    const fits = make && make.fill.some((fill) => fill.with === child.by);
    return h("li", {}, h("a", { href: link(child.resource, undefined, { [`ref.${child.by}`]: record.id }) }, kind.title), h("span", { class: "count" }, String(child.count)),
      fits && h("button", { type: "button", class: "quiet", "aria-label": `Add to ${kind.title}`, onclick: () => create(kind, new URLSearchParams({ [`ref.${child.by}`]: record.id })) }, "Add"));
  });
  if (!refs.length && !named.length && !below.length) return null;
  return h("section", { class: "relations", "aria-label": "Relations" }, refs.length + named.length > 0 && [h("h3", {}, "Belongs to"), h("ul", {}, refs, named)], below.length > 0 && [h("h3", {}, "Has"), h("ul", {}, below)]);
}

async function run(one, call, record, params, go) {
  const ends = endsOf(params);
  const title = call.kind === "move" ? `${words(call.move)}: ${record.label}` : call.title;
  const done = (answer) => (record ? after(one, record, `${call.kind === "move" ? words(call.move) : title}: done.`, go, answer) : notice(`${title}: done.`));
  if (!needsNothing(call, record, ends)) return openForm(call, { title, record, ends, done });
  await attempt(async () => done(await send(request(call, [], record, ends))));
}

async function remove(one, call, record, go) {
  const verb = call.kind === "unlink" ? "Remove" : "Delete";
  if (!(await confirmed(`${verb} ${record.label}?`, `${call.method} ${call.path}`, verb))) return;
  await attempt(() => send(request(call, [], record)).then(() => after(one, record, `${verb}d.`, go)));
}

// After a call: stay with the record if it is still there, else go to the list.
async function after(one, record, text, go, answer) {
  try {
    const now = await control(`records/${encodeURIComponent(one.name)}/${encodeURIComponent(record.id)}`);
    const field = one.lifecycle && one.lifecycle.field;
    const told = answer && typeof answer === "object" && Object.keys(answer).length && !answer.id ? ` ${JSON.stringify(answer).slice(0, 300)}` : "";
    notice(text === "Deleted." ? `Not gone yet${field ? `: now ${at(now.data, field)}` : ""}.` : text + told);
    go({});
  } catch {
    notice(text);
    location.hash = link(one.name);
  }
}

const endsOf = (params) => Object.fromEntries([...(params || [])].filter(([key]) => key.startsWith("ref.")).map(([key, value]) => [key.slice(4), value]));
export function create(one, params) {
  const call = callOf(one, "create") || callOf(one, "link");
  if (!call) return;
  const done = async () => {
    const { records: [made] } = await control(`records/${encodeURIComponent(one.name)}?limit=1`);
    if (!made) return;
    notice(`Created ${made.label}.`);
    location.hash = link(one.name, made.id);
  };
  attempt(() => openForm(call, { title: `New ${words(one.name).toLowerCase()}`, ends: endsOf(params), done }));
}

export async function attempt(work) {
  try {
    await work();
  } catch (error) {
    notice(said(error), "bad");
    $("#notice").scrollIntoView({ block: "nearest" });
  }
}
