"use strict";
for (const figure of document.querySelectorAll("figure.slider")) {
  const range = figure.querySelector("input[type=range]"), play = figure.querySelector("button.play");
  const output = figure.querySelector(".control output"), drawing = figure.querySelector(".drawing");
  const frames = [...figure.querySelectorAll(".frame")], title = figure.querySelector(".panel h4");
  const specs = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  let current = null, wanted = Number(range.value), busy = false, timer = 0;

  async function redraw() {
    if (busy) return;
    busy = true;
    for (let at = -1; at !== wanted;) {
      at = wanted;
      const before = current;
      current = await draw(drawing, specs[at]);
      before?.remove();
    }
    busy = false;
  }
  function show(at) {
    wanted = at;
    frames.forEach((frame, nth) => { frame.hidden = nth !== at; });
    const { name, alt, title: heading } = frames[at].dataset;
    output.textContent = name;
    range.setAttribute("aria-valuetext", name);
    drawing.setAttribute("aria-label", alt);
    if (title) title.textContent = heading;
    redraw();
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = `▶ ${words.play}`;
  }
  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    const next = () => {
      const at = Number(range.value) + 1;
      range.value = String(at < frames.length ? at : 0);
      show(Number(range.value));
      if (Number(range.value) === frames.length - 1) stop();
    };
    play.textContent = `❚❚ ${words.pause}`;
    timer = setInterval(next, 1400);
    next();
  });
  range.addEventListener("input", () => { stop(); show(Number(range.value)); });
  range.hidden = false;
  play.hidden = frames.length < 2;
  stop();
  whenNear(figure, redraw);
  follow(drawing, () => current);
}
