"use strict";
{
  const grid = document.getElementById("grid");
  const form = document.querySelector("form.cell");
  const said = document.getElementById("said");
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const choose = (cell) => {
    for (const other of grid.querySelectorAll("td.chosen, td[tabindex='0']")) {
      other.classList.remove("chosen");
      other.tabIndex = -1;
    }
    cell.classList.add("chosen");
    cell.tabIndex = 0;
    form.elements.cell.value = cell.id;
    form.elements.value.value = cell.textContent;
    said.replaceChildren();
    if (cell.title) {
      const line = document.createElement("p");
      line.className = `said ${cell.dataset.kind}`;
      line.textContent = `${cell.dataset.kind}: ${cell.id} ${cell.title}`;
      said.append(line);
    }
  };

  const write = () => { form.elements.value.focus(); form.elements.value.select(); };

  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (cell) { choose(cell); cell.focus(); }
  });
  grid.addEventListener("dblclick", (event) => { if (event.target.closest("td")) write(); });
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); choose(cell); write(); return; }
    const step = steps[event.key];
    if (!step) return;
    const row = grid.rows[cell.parentNode.rowIndex + step[0]];
    const next = row && row.cells[cell.cellIndex + step[1]];
    if (next && next.matches("td")) { event.preventDefault(); choose(next); next.focus(); }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { const cell = document.getElementById(form.elements.cell.value); if (cell) cell.focus(); }
  });
  const chosen = grid.querySelector("td.chosen");
  if (chosen) chosen.scrollIntoView({ block: "center", inline: "center" });
}
