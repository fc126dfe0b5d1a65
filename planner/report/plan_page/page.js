"use strict";
const all = (pattern, within = document) => [...within.querySelectorAll(pattern)];
const regions = JSON.parse(document.getElementById("regions").textContent);
const map = document.getElementById("atlas");
let period = null;
let chosen = null;

function showTab(name) {
  const known = all("nav a[data-tab]").map((tab) => tab.dataset.tab);
  const shown = known.includes(name) ? name : known[0];
  all("section").forEach((section) => section.classList.toggle("hidden", section.id !== shown));
  all("nav a[data-tab]").forEach((tab) => tab.classList.toggle("on", tab.dataset.tab === shown));
}

function showLayer(group, name) {
  all(`button[data-group="${group}"]`).forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.show === name)));
  all(`div.layer[data-group="${group}"]`).forEach((layer) =>
    layer.classList.toggle("hidden", layer.dataset.layer !== name));
  if (group === "map") {
    period = name;
    all("g.layer", map).forEach((layer) => layer.classList.toggle("hidden", layer.dataset.period !== name));
    if (chosen) showRegion(chosen);
  }
}

function showRegion(name) {
  chosen = name;
  const panel = document.getElementById("panel");
  panel.replaceChildren();
  add(panel, "h3", `${name}, ${period}`);
  for (const [title, lines] of Object.entries(regions[period][name] || {})) {
    if (!lines.length) continue;
    add(panel, "h4", title);
    const list = add(panel, "ul", "");
    lines.forEach((line) => add(list, "li", line));
  }
  all(".flow", map).forEach((flow) =>
    flow.classList.toggle("faded", flow.dataset.origin !== name && flow.dataset.destination !== name));
}

function add(parent, kind, words) {
  const made = document.createElement(kind);
  made.textContent = words;
  parent.append(made);
  return made;
}

function look(box) {
  map.setAttribute("viewBox", box);
  const scale = Number(box.split(" ")[2]) / Number(map.dataset.all.split(" ")[2]);
  all(".steady", map).forEach((disc) => disc.setAttribute("transform", `scale(${scale})`));
  map.classList.toggle("close", scale < 0.5);
}

function closer() {
  const [x, y, width, height] = map.getAttribute("viewBox").split(" ").map(Number);
  const disc = chosen && all(".region", map).find((region) => region.dataset.region === chosen
    && !region.closest(".layer").classList.contains("hidden"));
  const at = disc ? disc.transform.baseVal.getItem(0).matrix : { e: x + width / 2, f: y + height / 2 };
  look([at.e - width * 0.3, at.f - height * 0.3, width * 0.6, height * 0.6].join(" "));
}

all("nav a[data-tab]").forEach((tab) => tab.addEventListener("click", (event) => {
  event.preventDefault();
  history.replaceState(null, "", `#${tab.dataset.tab}`);
  showTab(tab.dataset.tab);
}));
all("button[data-group]").forEach((button) =>
  button.addEventListener("click", () => showLayer(button.dataset.group, button.dataset.show)));
new Set(all("button[data-group]").map((button) => button.dataset.group)).forEach((group) => {
  const names = all(`button[data-group="${group}"]`).map((button) => button.dataset.show);
  showLayer(group, group === "heat" ? names[0] : names[names.length - 1]);
});
if (map) {
  all(".region", map).forEach((region) => {
    region.addEventListener("click", () => showRegion(region.dataset.region));
    region.addEventListener("keydown", (event) => { if (event.key === "Enter") showRegion(region.dataset.region); });
  });
  document.getElementById("closer").addEventListener("click", closer);
  all("button.view").forEach((button) => button.addEventListener("click", () => look(button.dataset.view)));
  document.getElementById("whole").addEventListener("click", () => {
    look(map.dataset.all);
    chosen = null;
    all(".flow", map).forEach((flow) => flow.classList.remove("faded"));
  });
}
showTab(location.hash.slice(1));
