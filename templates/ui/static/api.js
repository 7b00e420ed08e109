// The twin: its control plane, its data, and calls of its own API in the chosen world.

import { $, h, show, put } from "./dom.js";

export const twin = { data: null, world: "default", token: sessionStorage.getItem("twin-token") || "" };

export class Refused extends Error {}

export const resource = (name) => twin.data.resources.find((one) => one.name === name);

export async function control(path, options = {}) {
  const headers = { "X-Twin-World": twin.world, ...(options.headers || {}) };
  if (twin.token) headers["X-Twin-Token"] = twin.token;
  if (options.json !== undefined) headers["Content-Type"] = "application/json";
  const body = options.json === undefined ? undefined : JSON.stringify(options.json);
  const response = await reached(`/_twin/${path}`, { method: options.method || "GET", headers, body, signal: options.signal });
  if (response.status === 401) {
    await askToken();
    return control(path, options);
  }
  if (options.stream && response.ok) return response;
  const text = await response.text();
  if (!response.ok) throw new Refused(message(text, response.status));
  return text ? JSON.parse(text) : null;
}

async function reached(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The twin does not answer. Is it still running?");
  }
}

export async function load() {
  try {
    twin.data = await control("ui.json");
  } catch (error) {
    if (twin.world === "default") throw error;
    const gone = twin.world; // the world of an old link
    twin.world = "default";
    twin.data = await control("ui.json");
    notice(`There is no world ${gone}; this is the default one.`, "bad");
  }
  return twin.data;
}

// What the user wants called: {method, url, body, media}; `values` are [field, value] pairs.
export function request(call, values, record, ends = {}) {
  let path = call.path;
  const query = new URLSearchParams();
  const body = {};
  let sent = false;
  const set = (place, name, value) => {
    if (place === "path") path = path.replace(slot(name), (_, plus) => (plus ? String(value).split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value)));
    else if (place === "query") query.set(name, value);
    else { put(body, [name], value); sent = true; }
  };
  for (const one of call.fill) {
    const value = one.with === "self" ? record && record.id : ends[one.with] || (record && record.refs[one.with] && record.refs[one.with].id);
    if (value) set(one.in, one.name, value);
  }
  for (const [field, value] of values) {
    if (field.in === "body") { put(body, field.path, value); sent = true; }
    else set(field.in, field.path[0], typeof value === "object" ? JSON.stringify(value) : value);
  }
  const text = query.toString();
  const wants = sent || (call.media && !["delete", "move"].includes(call.kind));
  return { method: call.method, url: path + (text ? `?${text}` : ""), body: wants ? body : undefined, media: call.media };
}

const slot = (name) => new RegExp(`\\{(\\+?)${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}[^}]*\\}`);

export async function send(wanted) {
  const headers = { Authorization: twin.data.credential, "X-Twin-World": twin.world, Accept: "application/json, */*" };
  let body;
  if (wanted.body !== undefined) {
    const form = wanted.media.includes("urlencoded");
    headers["Content-Type"] = wanted.media && !wanted.media.includes("*") ? wanted.media : "application/json";
    body = form ? new URLSearchParams(Object.entries(wanted.body).map(([k, v]) => [k, typeof v === "object" ? JSON.stringify(v) : v])) : JSON.stringify(wanted.body);
  }
  const response = await reached(wanted.url, { method: wanted.method, headers, body });
  const text = await response.text();
  let value = text;
  try { value = JSON.parse(text); } catch { /* not JSON: shown as it is */ }
  // Some services answer 200 and say inside that they refuse.
  if (!response.ok || (value && value.ok === false)) throw new Refused(message(text, response.status));
  return value;
}

// The words in an error body that a person can read, whatever the service's envelope.
export function message(text, status) {
  let value;
  try { value = JSON.parse(text); } catch { return `${status}: ${text.slice(0, 300) || "refused"}`; }
  const found = [];
  const look = (here, depth) => {
    if (found.length > 4 || depth > 4 || here === null || typeof here !== "object") return;
    for (const [key, inner] of Object.entries(here)) {
      if (typeof inner === "string" && inner && /^(error|message|detail|title|reason|summary|errorSummary|error_description|errorMessages)$/i.test(key)) {
        if (!found.includes(inner)) found.push(inner);
      } else if (Array.isArray(inner)) {
        for (const one of inner) typeof one === "string" && /error|message/i.test(key) ? found.push(one) : look(one, depth + 1);
      } else look(inner, depth + 1);
    }
  };
  look(value, 0);
  return `${status}: ${found.join(" · ") || text.slice(0, 300)}`;
}

export function notice(text, tone = "good") {
  const close = h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => show($("#notice")) }, "×");
  show($("#notice"), h("p", { class: `notice ${tone}` }, h("span", {}, text), close));
}

let asking = null;

function askToken() {
  asking ||= new Promise((resolve) => {
    const box = $("#dialog");
    const field = h("input", { id: "token", type: "password", autocomplete: "off", required: true });
    const done = (event) => {
      event.preventDefault();
      twin.token = field.value;
      sessionStorage.setItem("twin-token", twin.token);
      box.close();
      asking = null;
      resolve();
    };
    show(box, h("form", { onsubmit: done }, h("h2", { id: "dialog-title" }, "Control token"),
      h("p", {}, "This twin was started with a control token; it is kept for this tab only."),
      h("label", { for: "token" }, "Token"), field,
      h("div", { class: "buttons" }, h("button", { class: "primary" }, "Go on"))));
    box.addEventListener("cancel", (event) => asking && event.preventDefault(), { once: true });
    if (!box.open) box.showModal();
    field.focus();
  });
  return asking;
}
