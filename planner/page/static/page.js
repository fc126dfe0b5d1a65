"use strict";
{ // the script of reports has names of its own beside these
const all = (pattern, within = document) => [...within.querySelectorAll(pattern)];

for (const form of all("form.drop")) {
  const field = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

// the policy of the page forbids attributes that hold style: what reports colour is set here
for (const shape of all("[data-style]")) shape.style.cssText = shape.dataset.style;

function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function picture(svg) {
  const copy = svg.cloneNode(true);
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  for (const [name, value] of [["xmlns", "http://www.w3.org/2000/svg"], ["width", width], ["height", height]]) copy.setAttribute(name, value);
  return { blob: new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }), width, height };
}

function asPng(svg, name) {
  const { blob, width, height } = picture(svg);
  const image = new Image();
  image.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((made) => hand(made, `${name}.png`));
    URL.revokeObjectURL(image.src);
  });
  image.src = URL.createObjectURL(blob);
}

for (const figure of all(".report figure")) {
  const svg = figure.querySelector("svg");
  if (!svg) continue;
  const name = (svg.getAttribute("aria-label") || "chart").replace(/[^\w -]+/g, "_").slice(0, 80);
  const row = document.createElement("div");
  row.className = "export";
  for (const [kind, act] of [["SVG", () => hand(picture(svg).blob, `${name}.svg`)], ["PNG", () => asPng(svg, name)]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind;
    button.setAttribute("aria-label", `Save ${name} as ${kind}`);
    button.addEventListener("click", act);
    row.append(button);
  }
  figure.append(row);
}
}
