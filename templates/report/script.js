"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const search = one("search");
  const selects = all("[data-by]");
  const rows = all("[data-row]");
  const totals = {};
  for (const row of rows) totals[row.dataset.row] = (totals[row.dataset.row] || 0) + 1;

  // Theme: the system's unless the button was used. Pages from a file may have no storage.
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem("twingen-theme", value);
      return localStorage.getItem("twingen-theme");
    } catch {
      return null;
    }
  };
  const root = document.documentElement;
  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();
  one("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    stored(root.dataset.theme);
  });

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = {};
    for (const row of rows) {
      const fits = words.every((word) => row.dataset.text.includes(word)) &&
        selects.every((select) => !select.value || row.dataset[select.dataset.by] === select.value);
      row.hidden = !fits;
      if (fits) shown[row.dataset.row] = (shown[row.dataset.row] || 0) + 1;
    }
    for (const group of all("[data-group]")) group.hidden = !group.querySelector("[data-row]:not([hidden])");
    const filtering = words.length > 0 || selects.some((select) => select.value);
    for (const [kind, total] of Object.entries(totals)) {
      const count = shown[kind] || 0;
      for (const place of all(`[data-count="${kind}"]`)) place.textContent = filtering ? `${count} of ${total}` : total;
      for (const place of all(`[data-nothing="${kind}"]`)) place.hidden = count > 0;
    }
    one("clear").hidden = !filtering;
  };
  const clear = () => {
    search.value = "";
    for (const select of selects) select.value = "";
    filter();
  };
  search.addEventListener("input", filter);
  for (const select of selects) select.addEventListener("change", filter);
  one("clear").addEventListener("click", () => { clear(); search.focus(); });

  // A bar of the coverage chart leads to its resource's operations.
  for (const link of all("[data-choose]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      one("by-resource").value = link.dataset.choose;
      filter();
      one("operations").scrollIntoView();
    });
  }

  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape") {
      clear();
      document.activeElement.blur();
    }
  });

  // A link to a finding opens it.
  const aimed = () => {
    const target = location.hash.length > 1 && one(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", aimed);
  aimed();
  filter();
})();
