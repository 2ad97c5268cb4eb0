"use strict";
const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);

function point(event, value) {
  const text = value === null || value === undefined || value === "" ? "" : String(value);
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const room = document.documentElement.clientWidth, box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(event.clientX + 12, 8), room - box.width - 8);
  const below = event.clientY + 16 + box.height < innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? event.clientY + 16 : Math.max(event.clientY - box.height - 10, 4)}px`;
}
addEventListener("scroll", () => { tip.hidden = true; }, { passive: true, capture: true });

async function draw(drawing, given) {
  const fixed = drawing.classList.contains("scaled");
  const spec = structuredClone(given);
  const room = Math.max(Math.floor(drawing.clientWidth), 120);
  if (!fixed) spec.width = room;
  for (const signal of spec.signals || []) if (signal.name === "room" && !fixed) signal.value = room;
  const live = document.createElement("div");
  live.className = "live";
  live.style.visibility = "hidden";
  drawing.append(live);
  const made = await vegaEmbed(live, spec, {
    ast: true, mode: "vega", renderer: "svg", actions: false, defaultStyle: false, hover: false,
    tooltip: (_, event, item, value) => point(event, value),
    loader: { load: () => Promise.reject(new Error("a report loads nothing")) },
  });
  made.view.addEventListener("pointerdown", (event, item) => point(event, item?.tooltip));
  live.style.visibility = "";
  drawing.dataset.live = "yes";
  return { view: made.view, remove: () => { made.finalize(); live.remove(); } };
}

function follow(drawing, current) {
  if (drawing.classList.contains("scaled")) return;
  let width = drawing.clientWidth;
  new ResizeObserver(() => {
    const room = Math.floor(drawing.clientWidth), view = current()?.view;
    if (!view || room < 60 || Math.abs(room - width) < 2) return;
    width = room;
    view.width(room).signal("room", room).runAsync();
  }).observe(drawing);
}

const once = new IntersectionObserver((seen) => {
  for (const entry of seen) {
    if (!entry.isIntersecting) continue;
    once.unobserve(entry.target);
    entry.target.dispatchEvent(new Event("near"));
  }
}, { rootMargin: "600px 0px" });

function whenNear(element, act) {
  element.addEventListener("near", act, { once: true });
  once.observe(element);
}

function zoomed(view, axes, factor, towards = { x: 0.5, y: 0.5 }, moved = { x: 0, y: 0 }) {
  for (const axis of axes) {
    const scale = view.scale(axis), [low, high] = scale.range();
    const centre = low + towards[axis] * (high - low), shift = moved[axis] * (high - low);
    const at = (end) => scale.invert(centre + (end - centre) * factor + shift);
    view.signal(`zoom_${axis}`, [at(low), at(high)]);
  }
  view.runAsync();
}

function whole(view, axes) {
  for (const axis of axes) view.signal(`zoom_${axis}`, null);
  view.runAsync();
}

function toolbar(drawing, view, axes) {
  const bar = document.createElement("div");
  bar.className = "zoom";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", `${words.zoom}: ${drawing.getAttribute("aria-label")}`);
  bar.title = words.zoomHelp;
  const acts = [["+", words.zoomIn, () => zoomed(view, axes, 0.7)], ["−", words.zoomOut, () => zoomed(view, axes, 1 / 0.7)],
    ["⤢", words.zoomReset, () => whole(view, axes)]];
  for (const [sign, name, act] of acts) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", name);
    button.title = name;
    button.addEventListener("click", act);
    bar.append(button);
  }
  const step = { ArrowLeft: { x: -0.15, y: 0 }, ArrowRight: { x: 0.15, y: 0 }, ArrowUp: { x: 0, y: 0.15 }, ArrowDown: { x: 0, y: -0.15 } };
  bar.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in step) zoomed(view, axes, 1, undefined, step[event.key]);
    else if (event.key === "+" || event.key === "=") zoomed(view, axes, 0.7);
    else if (event.key === "-") zoomed(view, axes, 1 / 0.7);
    else if (event.key === "0") whole(view, axes);
    else return;
    event.preventDefault();
  });
  drawing.after(bar);
}

function zoomable(drawing, view, axes) {
  const inside = (event) => {
    const box = drawing.getBoundingClientRect(), [left, top] = view.origin();
    const x = (event.clientX - box.left - left) / view.scale("x").range()[1];
    const down = view.scale("y").range()[0];
    return { x, y: (down - (event.clientY - box.top - top)) / down };
  };
  drawing.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomed(view, axes, event.deltaY > 0 ? 1.15 : 1 / 1.15, inside(event));
  }, { passive: false });
  let from = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = inside(event);
    drawing.setPointerCapture(event.pointerId);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = inside(event);
    zoomed(view, axes, 1, undefined, { x: from.x - to.x, y: from.y - to.y });
    from = to;
    tip.hidden = true;
  });
  for (const name of ["pointerup", "pointercancel"]) drawing.addEventListener(name, () => { from = null; });
  drawing.addEventListener("dblclick", () => whole(view, axes));
  drawing.classList.add("zoomable");
  toolbar(drawing, view, axes);
}

for (const figure of document.querySelectorAll("figure.chart")) {
  whenNear(figure, () => {
    const specs = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    figure.querySelectorAll(".drawing").forEach(async (drawing, at) => {
      const current = await draw(drawing, specs[at]);
      const axes = [...drawing.dataset.zoom].filter((axis) => specs[at].signals.some((s) => s.name === `zoom_${axis}`));
      if (axes.length) zoomable(drawing, current.view, axes);
      follow(drawing, () => current);
    });
  });
}
