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

function equip(root) {
  for (const stepper of root.querySelectorAll(".stepper:not(:has(button))")) {
    const input = stepper.querySelector("input");
    stepper.prepend(stepperButton("less", stepper.dataset.less, input));
    stepper.append(stepperButton("more", stepper.dataset.more, input));
    stepper.addEventListener("change", () => limit(stepper));
    limit(stepper);
  }
}

equip(document);

// A part that is replaced gives the focus back to where it was, also on the buttons that are only made here.
let focused = "";
document.addEventListener("htmx:beforeSwap", () => { focused = document.activeElement.id; });
document.addEventListener("htmx:afterSwap", () => {
  equip(document);
  document.getElementById(focused)?.focus({ preventScroll: true });
});
