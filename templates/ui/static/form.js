// Forms for calls: fields from the request's schema, pickers for what a record belongs to, JSON instead.

import { $, h, show, at, words } from "./dom.js";
import { control, request, send, resource, said } from "./api.js";

const SHOWN = 8;
const LONG = /(description|text|body|content|message|note|summary)$/i;

// Ask what a call wants to know and make it; `done(answer)` runs after it succeeded.
export async function openForm(call, { title, record = null, ends = {}, done }) {
  const box = $("#dialog");
  const edits = call.kind === "edit" && record;
  const inputs = call.fields.map((field) => input(field, edits ? at(record.data, field.path) : undefined, edits));
  const pickers = await Promise.all(call.fill.filter((one) => wanted(one, record, ends)).map(picker));
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const text = h("textarea", { id: "whole-json", rows: "14", spellcheck: "false", class: "mono" });
  const whole = h("div", { class: "field", hidden: true }, h("label", { for: "whole-json" }, "Body as JSON"), text);
  const listed = group(inputs);
  const lacksBody = call.media && !call.fields.some((field) => field.in === "body");

  const toJson = () => {
    text.value = JSON.stringify(request(call, collect(call, inputs, edits).filter(([field]) => field.in === "body"), null).body || {}, null, 2);
    listed.hidden = !lacksBody;
    swap.hidden = !(whole.hidden = false);
    for (const one of inputs) if (one.field.in === "body") one.element.required = false;
    text.focus();
  };
  const swap = h("button", { type: "button", class: "quiet", onclick: toJson, hidden: !call.media }, "Write JSON instead");
  const submit = async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      const chosen = { ...ends };
      const extra = [];
      for (const one of pickers) {
        if (one.fill.with && one.fill.with !== "self") chosen[one.fill.with] = one.element.value;
        else extra.push([{ in: one.fill.in, path: [one.fill.name] }, one.element.value]);
      }
      const asked = request(call, [...extra, ...collect(call, inputs, edits)], record, chosen);
      if (!whole.hidden) {
        const own = request(call, extra.filter(([field]) => field.in === "body"), record, chosen).body;
        asked.body = text.value.trim() ? { ...own, ...JSON.parse(text.value) } : undefined;
      }
      const answer = await send(asked);
      box.close();
      done(answer);
    } catch (error) {
      problem.textContent = error instanceof SyntaxError ? `Not JSON: ${error.message}` : said(error);
      problem.hidden = false;
      problem.scrollIntoView({ block: "nearest" });
    } finally {
      button.disabled = false;
    }
  };
  const button = h("button", { class: "primary" }, edits ? "Save" : call.kind === "create" ? "Create" : "Send");
  show(box, h("form", { onsubmit: submit }, h("h2", { id: "dialog-title" }, title),
    h("p", { class: "dim mono" }, `${call.method} ${call.path}`, call.tier === "semantic" ? "" : ` (${call.tier}: answered without semantics)`),
    problem, pickers.map((one) => line(one.id, one.label, one.element, true)), listed, whole,
    h("div", { class: "buttons" }, button,
      h("button", { type: "button", class: "quiet", onclick: () => box.close() }, "Cancel"), swap)));
  if (lacksBody) toJson();
  box.showModal();
  (box.querySelector("input, select, textarea:not([hidden])") || button).focus();
}

// Whether a call can be made at once, without asking anything.
export const needsNothing = (call, record, ends = {}) =>
  !call.fields.some((field) => field.required || field.in === "body") && !call.fill.some((one) => wanted(one, record, ends));

const wanted = (one, record, ends) =>
  one.with === "self" ? !record : !ends[one.with] && !(record && record.refs[one.with]);

async function picker(fill) {
  const id = `pick-${fill.name}`;
  if (fill.with === "self" || !resource(fill.resource)) {
    return { fill, id, label: words(fill.name), element: h("input", { id, required: true }) };
  }
  const page = await control(`records/${encodeURIComponent(fill.resource)}?limit=500`);
  const options = page.records.map((one) => h("option", { value: one.id }, one.label === one.id ? one.id : `${one.label} (${one.id})`));
  return { fill, id, label: words(fill.with || fill.resource), element: h("select", { id, required: true }, h("option", { value: "" }, "choose …"), options) };
}

// Fields come with the telling ones first; what is left folds away.
function group(inputs) {
  const front = inputs.filter((one, index) => one.field.required || one.filled || index < SHOWN);
  const rest = inputs.filter((one) => !front.includes(one));
  return h("div", { class: "fields" }, sets(front), rest.length > 0 && h("details", { class: "more-fields" },
    h("summary", {}, `${rest.length} more ${rest.length === 1 ? "field" : "fields"}`), sets(rest)));
}

function sets(inputs) {
  const heads = new Map();
  for (const one of inputs) {
    const head = one.field.in !== "body" ? "" : one.field.path.slice(0, -1).join(".");
    heads.set(head, [...(heads.get(head) || []), one]);
  }
  return [...heads].map(([head, list]) => {
    const lines = list.map((one) => line(one.id, words(one.field.path.join(".")), one.element, one.field.required, one.field.about));
    return head ? h("fieldset", {}, h("legend", {}, head.split(".").map(words).join(" › ")), lines) : lines;
  });
}

function line(id, label, element, required, about) {
  if (about) element.setAttribute("aria-describedby", `${id}-about`);
  return h("div", { class: "field" }, h("label", { for: id }, label, required ? h("span", { class: "must", title: "required" }, " *") : null),
    element, about ? h("small", { id: `${id}-about`, class: "dim" }, about) : null);
}

const WRITTEN = { list: (value) => [].concat(value).join("\n"), json: (value) => JSON.stringify(value, null, 2) };

function input(field, value, edits) {
  const { type } = field;
  const name = field.path.join(".");
  const id = `field-${field.in}-${name}`.replace(/[^\w-]/g, "-");
  const common = { id, name, required: field.required && !edits };
  const filled = value !== undefined && value !== null;
  const before = filled ? (WRITTEN[type] || String)(value) : "";
  let element;
  if (type === "boolean" || type === "choice") {
    element = h("select", common, ["", ...(field.options || [true, false])].map((one) => h("option", { value: String(one) }, one === "" ? "–" : String(one))));
  } else if (WRITTEN[type] || LONG.test(name)) {
    element = h("textarea", { ...common, rows: "2", class: type === "json" ? "mono" : null, placeholder: { list: "one a line", json: "JSON" }[type] });
  } else {
    const number = type === "integer" || type === "number";
    element = h("input", { ...common, type: number ? "number" : field.format === "email" ? "email" : "text", step: number ? (type === "integer" ? "1" : "any") : null, autocomplete: "off" });
  }
  element.value = before;
  return { field, id, element, filled, before };
}

// [field, value] of all that was filled in; an edit that may be partial sends the objects it touched.
function collect(call, inputs, edits) {
  const changed = inputs.filter((one) => one.element.value !== one.before);
  const heads = new Set(changed.map((one) => one.field.path[0]));
  const meant = (one) => !edits || !call.partial || one.field.in !== "body" || heads.has(one.field.path[0]);
  return inputs.filter((one) => meant(one) && (one.element.value !== "" || changed.includes(one))).map((one) => [one.field, parse(one)]);
}

const READ = {
  integer: Number, number: Number, boolean: (text) => text === "true", json: JSON.parse,
  list: (text) => text.split("\n").map((one) => one.trim()).filter(Boolean),
  choice: (text, field) => field.options.find((option) => String(option) === text),
};

const parse = ({ field, element }) => (element.value === "" ? null : READ[field.type] ? READ[field.type](element.value, field) : element.value);

export function confirmed(title, text, verb) {
  return new Promise((resolve) => {
    const box = $("#dialog");
    let answer = false;
    const yes = h("button", { class: "danger", onclick: () => (answer = true) }, verb);
    show(box, h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), h("p", {}, text),
      h("div", { class: "buttons" }, yes, h("button", { class: "quiet" }, "Cancel"))));
    box.addEventListener("close", () => resolve(answer), { once: true });
    box.showModal();
  });
}

export const callOf = (one, kind) => one.calls.find((call) => call.kind === kind);
