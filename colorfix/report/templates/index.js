"use strict";
// Sorts and filters the rows that stand in the page; without this they stand in the order of the run.
(() => {
  const table = document.querySelector("table");
  if (!table) return;
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  // read once: a thousand rows are then sorted without asking the document again
  const rows = [...body.rows].map((row, place) => ({
    row,
    place,
    name: row.cells[1].textContent,
    folded: row.cells[1].textContent.normalize("NFC").toLowerCase(),
    values: [...row.cells].map((cell) => ("value" in cell.dataset ? Number(cell.dataset.value) : NaN)),
  }));

  const byName = (one, other) => compare(one.name, other.name);
  const byValue = (column) => (one, other) => one.values[column] - other.values[column];
  const unknown = (column) => (entry) => column !== 1 && Number.isNaN(entry.values[column] ?? NaN);

  function sort(header, column) {
    const before = header.getAttribute("aria-sort");
    const first = column === 1 ? "ascending" : "descending"; // of numbers the largest come first
    const other = first === "ascending" ? "descending" : "ascending";
    const order = before === first ? other : first;
    for (const each of headers) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const rule = column === 1 ? byName : byValue(column);
    const last = unknown(column);
    const known = rows.filter((entry) => !last(entry));
    known.sort((one, two) => sign * rule(one, two) || one.place - two.place);
    body.append(...[...known, ...rows.filter(last)].map((entry) => entry.row)); // unknown ones last, either way
  }

  headers.forEach((header, column) => {
    if (!header.dataset.key) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header, column));
    header.append(button);
  });

  const filter = document.getElementById("filter");
  const count = document.getElementById("count");
  function show() {
    const wanted = filter.value.normalize("NFC").toLowerCase();
    let shown = 0;
    for (const entry of rows) {
      const fits = entry.folded.includes(wanted);
      if (entry.row.hidden === fits) entry.row.hidden = !fits;
      shown += fits;
    }
    count.textContent = wanted ? `${shown} of ${rows.length}` : "";
  }
  filter.addEventListener("input", show);
  document.querySelector(".tools").hidden = false;
  if (filter.value) show(); // a browser that comes back may have kept it
})();
