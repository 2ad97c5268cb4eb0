"use strict";
const words = JSON.parse(document.getElementById("page-words").textContent);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

{
  const FEW = 12, MANY = 18;
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const valueOf = (row, at) => {
    const cell = row.cells[at];
    if (cell.dataset.v !== undefined) return Number.isFinite(Number(cell.dataset.v)) ? Number(cell.dataset.v) : null;
    const text = cell.textContent.trim();
    return text === "" || text === "–" ? null : text;
  };
  const compared = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));

  function sortable(box, redraw) {
    const body = box.querySelector("tbody"), heads = [...box.querySelectorAll("thead th")];
    const given = [...body.rows];
    const sort = (head, at) => {
      const first = head.classList.contains("n") ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      const now = head.getAttribute("aria-sort");
      const next = !now ? first : now === first ? second : null;
      for (const other of heads) other.removeAttribute("aria-sort");
      const rows = [...given];
      if (next) {
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        const known = rows.filter((row) => valueOf(row, at) !== null);
        known.sort((a, b) => sign * compared(valueOf(a, at), valueOf(b, at)));
        rows.splice(0, rows.length, ...known, ...rows.filter((row) => valueOf(row, at) === null));
      }
      body.append(...rows);
      redraw();
    };
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = filled(words.sort, { column: head.textContent });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(head, at));
    });
  }

  for (const box of document.querySelectorAll(".tablebox")) {
    const body = box.querySelector("tbody"), all = body.rows.length;
    const field = box.querySelector(".filter input"), count = box.querySelector(".filter output");
    let whole = all <= MANY, more = null;
    const texts = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
    const redraw = () => {
      const wanted = (field?.value || "").toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      for (const row of body.rows) {
        const fits = wanted.every((word) => texts.get(row).includes(word));
        found += fits;
        row.classList.toggle("off", !fits);
        row.classList.toggle("later", fits && !whole && !wanted.length && found > FEW);
      }
      if (count) count.textContent = wanted.length ? filled(words.rows, { shown: found, count: all }) : "";
      if (more) more.hidden = wanted.length > 0;
    };
    if (!whole) {
      more = document.createElement("button");
      more.type = "button";
      more.className = "more";
      const name = () => {
        more.textContent = filled(whole ? words.firstRows : words.allRows, { count: whole ? FEW : all });
        more.setAttribute("aria-expanded", String(whole));
      };
      more.addEventListener("click", () => { whole = !whole; name(); redraw(); });
      name();
      box.querySelector(".scroll").after(more);
    }
    if (field) {
      field.closest(".filter").hidden = false;
      count.setAttribute("role", "status");
      field.addEventListener("input", redraw);
    }
    sortable(box, redraw);
    redraw();
  }
}
