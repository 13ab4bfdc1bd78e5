// What a page does better with scripts than without: every page works without any of this.

// Steppers: − and + beside a number.
const shape = { less: "M6 12h12", more: "M6 12h12M12 6v12" };

function stepperButton(kind, label, input) {
  const button = document.createElement("button");
  button.type = "button";
  button.id = `${kind}-${input.id}`;
  button.setAttribute("aria-label", label);
  button.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${shape[kind]}"/></svg>`;
  button.addEventListener("click", () => {
    kind === "less" ? input.stepDown() : input.stepUp();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}

function limit(stepper) {
  const input = stepper.querySelector("input");
  const [less, more] = stepper.querySelectorAll("button");
  less.disabled = Number(input.value) <= Number(input.min);
  more.disabled = Number(input.value) >= Number(input.max);
}

// What was asked before a number was changed would put the older number back, so it is not shown.
let newer = false;
document.addEventListener("htmx:beforeRequest", () => { newer = false; });
document.addEventListener("htmx:beforeSwap", (event) => { event.detail.shouldSwap &&= !newer; });

function equip(root) {
  for (const stepper of root.querySelectorAll(".stepper:not(:has(button))")) {
    const input = stepper.querySelector("input");
    stepper.prepend(stepperButton("less", stepper.dataset.less, input));
    stepper.append(stepperButton("more", stepper.dataset.more, input));
    stepper.addEventListener("change", () => limit(stepper));
    stepper.addEventListener("input", () => { newer = true; });
    limit(stepper);
  }
  if (navigator.clipboard) root.querySelectorAll("[data-copy][hidden]").forEach(copyable);
}

// Copying: what stands there is said on the button for two seconds.
function copyable(button) {
  const words = button.querySelector("span");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    [words.textContent, document.getElementById("told").textContent] = [button.dataset.done, button.dataset.done];
    button.classList.add("copied");
    setTimeout(() => { words.textContent = before; button.classList.remove("copied"); }, 2000);
  });
}

equip(document);

// A page that is made for paper.
const printer = document.getElementById("print");
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => print());
}

// A part that is replaced gives the focus back to where it was, also on the buttons that are only made here.
let focused = "";
let chosen = [];
let typed = "";
document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement.id;
  chosen = Array.from(document.querySelectorAll(".tabbed :checked, details[open][id]"), (part) => part.id);
  typed = document.getElementById("tx")?.value;
});
document.addEventListener("htmx:afterSwap", () => {
  equip(document);
  for (const part of chosen.map((id) => document.getElementById(id))) if (part) part.matches("details") ? (part.open = true) : (part.checked = true);
  if (typed && document.getElementById("tx")) document.getElementById("tx").value = typed;
  document.getElementById(focused)?.focus({ preventScroll: true });
});

// Whoever comes back from a wallet sees at once what has come meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && document.querySelector("#order[hx-get]")) htmx.trigger("#order", "look");
});

// Clock: how long places are held, by the server's time. It warns a minute before the end, and looks again at the end.
function tick() {
  for (const clock of document.querySelectorAll("[data-until]")) {
    clock.ahead ??= Date.parse(clock.dataset.now) - Date.now();
    const left = Math.max(0, Math.ceil((Date.parse(clock.dataset.until) - Date.now() - clock.ahead) / 1000));
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, String(left % 60).padStart(2, "0")];
    clock.querySelector("b").textContent = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
    clock.classList.toggle("low", left <= 60);
    document.getElementById("low").hidden = left > 60;
    if (!left && !clock.over) {
      clock.over = true;
      setTimeout(() => htmx.trigger("#order", "look"), 1000);
    }
  }
}

// What a part that is replaced says is said aloud from outside of it, once.
function tell() {
  const [told, part] = [document.getElementById("told"), document.querySelector("[data-told]")];
  if (told && part && told.dataset.last !== part.dataset.told) {
    if (told.dataset.last) told.textContent = part.dataset.told;
    told.dataset.last = part.dataset.told;
  }
}

tell();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tell);
