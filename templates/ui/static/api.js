// The twin: its control plane, its data, and calls of its own API in the chosen world.

import { $, h, show, put } from "./dom.js";

export const twin = { data: null, world: "default", token: sessionStorage.getItem("twin-token") || "" };

export class Refused extends Error {}
// What a refusal says; anything else is a defect of ours and goes on.
export const said = (error) => {
  if (!(error instanceof Refused)) throw error;
  return error.message;
};

export const resource = (name) => twin.data.resources.find((one) => one.name === name);

export async function control(path, options = {}) {
  const headers = { "X-Twin-World": twin.world, ...(options.headers || {}) };
  if (twin.token) headers["X-Twin-Token"] = twin.token;
  if (options.json !== undefined) headers["Content-Type"] = "application/json";
  const body = options.json === undefined ? undefined : JSON.stringify(options.json);
  const response = await reached(`/_twin/${path}`, { method: options.method || "GET", headers, body, signal: options.signal });
  if (response.status === 401) return askToken().then(() => control(path, options));
  if (options.stream && response.ok) return response;
  const text = await response.text();
  if (!response.ok) throw new Refused(message(text, response.status));
  return text ? JSON.parse(text) : null;
}

const reached = (url, options) => fetch(url, options).catch((error) => {
  throw error.name === "AbortError" ? error : new Refused("The twin does not answer. Is it still running?");
});

export async function load() {
  try {
    twin.data = await control("ui.json");
  } catch (error) {
    if (twin.world === "default") throw error;
    notice(`${said(error)}. This is the default one.`, "bad"); // a link to a world that is gone
    twin.world = "default";
    twin.data = await control("ui.json");
  }
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
    const value = one.with === "self" ? record?.id : ends[one.with] || record?.refs[one.with]?.id;
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
    headers["Content-Type"] = wanted.media && !wanted.media.includes("*") ? wanted.media : "application/json";
    body = wanted.media.includes("urlencoded") ? new URLSearchParams(Object.entries(wanted.body).map(([k, v]) => [k, typeof v === "object" ? JSON.stringify(v) : v])) : JSON.stringify(wanted.body);
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
  const found = new Set();
  const look = (here, name) => {
    if (typeof here === "string" && here && /error|message|detail|title|reason|summary/i.test(name) && !/(code|id|link|type|url)$/i.test(name)) found.add(here);
    else if (Array.isArray(here)) here.forEach((one) => look(one, name));
    else if (here !== null && typeof here === "object") Object.entries(here).forEach(([key, inner]) => look(inner, key));
  };
  try { look(JSON.parse(text), ""); } catch { /* shown as it is */ }
  return `${status}: ${[...found].slice(0, 5).join(" · ") || text.slice(0, 300) || "refused"}`;
}

export function notice(text, tone = "good") {
  const close = h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => show($("#notice")) }, "×");
  show($("#notice"), h("p", { class: `notice ${tone}` }, h("span", {}, text), close));
}

let asking = null;

function askToken() {
  const box = $("#token-dialog");
  asking ||= new Promise((resolve) => {
    const stay = (event) => event.preventDefault();
    box.addEventListener("cancel", stay);
    box.addEventListener("close", () => {
      box.removeEventListener("cancel", stay);
      twin.token = $("#token").value;
      sessionStorage.setItem("twin-token", twin.token);
      asking = null;
      resolve();
    }, { once: true });
    box.showModal();
  });
  return asking;
}
