// Elements and text. Whatever comes from a twin is set as text, never as markup.

export const $ = (selector, root = document) => root.querySelector(selector);

// h("a", {href, class, onclick}, child, ...) → element; children are nodes, texts, lists or nothing.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  show(element, children);
  return element;
}

export const show = (element, ...children) =>
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));

export const at = (data, path) =>
  (Array.isArray(path) ? path : path.split(".")).reduce(
    (value, step) => (value !== null && typeof value === "object" ? value[step] : undefined), data);

export function put(data, path, value) {
  let here = data;
  for (const step of path.slice(0, -1)) {
    if (!Object.hasOwn(here, step) || here[step] === null || typeof here[step] !== "object") own(here, step, {});
    here = here[step];
  }
  own(here, path.at(-1), value);
}

// Also where the name is __proto__.
const own = (here, name, value) => Object.defineProperty(here, name, { value, enumerable: true, writable: true, configurable: true });

// changePassword, first_name, profile.login → Change password, First name, Login
export function words(name) {
  const text = String(name).split(".").pop().replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function brief(value, field = "") {
  if (value === null || value === undefined || value === "") return h("span", { class: "dim" }, "–");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && DATE.test(value)) return when(Date.parse(value), value);
  if (typeof value === "number" && /(^ts$|created|updated|date|_at$)/i.test(field) && value > 1e9) {
    return when(value > 1e11 ? value : value * 1000, String(value));
  }
  if (typeof value !== "object") return String(value);
  if (!Array.isArray(value)) return JSON.stringify(value);
  if (value.every((one) => one === null || typeof one !== "object")) return value.join(", ");
  return `${value.length} ${value.length === 1 ? "entry" : "entries"}`;
}

function when(millis, exact) {
  if (Number.isNaN(millis)) return exact;
  const text = new Date(millis).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return h("time", { title: exact }, text);
}

// A state, coloured by what its word sounds like; the word is always there.
export function state(value) {
  const text = String(value);
  let tone = "calm";
  if (/^(active|open|enabled|ok|done|published|live|approved|paid)$/i.test(text)) tone = "good";
  else if (/(deprovision|deleted|inactive|disabled|closed|archived|failed|cancel|invalid)/i.test(text)) tone = "off";
  else if (/(suspend|lock|expired|pending|staged|provisioned|draft|recovery|hold)/i.test(text)) tone = "warn";
  return h("span", { class: `state ${tone}` }, text);
}

// A value, or a text that may be JSON, to be read.
export function json(value) {
  let text = value;
  try { text = JSON.stringify(typeof value === "string" ? JSON.parse(value) : value, null, 2); } catch { /* as it is */ }
  return h("pre", { tabindex: "0", class: "json" }, text);
}

export async function copy(text, button) {
  const before = button.textContent;
  button.textContent = await (navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject()).then(() => "Copied", () => "Not copied");
  setTimeout(() => (button.textContent = before), 1500);
}
