"use strict";
const compare = document.getElementById("compare");
const divider = document.getElementById("divider");
const clipping = document.getElementById("clipping");

function move() {
  compare.style.setProperty("--at", `${divider.value}%`);
  divider.setAttribute("aria-valuetext", `${Math.round(divider.value)} % before`);
}

// without this script both could do nothing
document.documentElement.classList.add("live");
clipping.hidden = false;

divider.addEventListener("input", move);
move();

clipping.addEventListener("click", () => {
  const shown = clipping.getAttribute("aria-pressed") !== "true";
  clipping.setAttribute("aria-pressed", String(shown));
  for (const mask of compare.querySelectorAll(".mask")) mask.hidden = !shown;
});
