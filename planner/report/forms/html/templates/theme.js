"use strict";
document.documentElement.classList.add("scripted");
{
  const key = "innocap-appearance", root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  let chosen = kept();
  const dark = () => (chosen ? chosen === "dark" : system.matches);
  const show = () => {
    if (chosen) root.dataset.appearance = chosen;
    document.getElementById("page-dark")?.setAttribute("aria-pressed", String(dark()));
  };
  show();
  system.addEventListener("change", show);
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("page-dark");
    if (!CSS.supports("color", "light-dark(red, red)")) return;
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      chosen = dark() ? "light" : "dark";
      try { localStorage.setItem(key, chosen); } catch { /* not remembered where the browser keeps nothing */ }
      show();
    });
  });
}
