// Names for what Django's own widgets leave unnamed to those who do not see them.
const nameCells = (root) => {
  for (const cell of root.querySelectorAll(".tabular tbody td")) {
    const heading = cell.closest("table").tHead?.rows[0]?.cells[cell.cellIndex]?.textContent.trim();
    for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      if (heading && !field.labels?.length && !field.ariaLabel) field.ariaLabel = heading;
    }
  }
};

// On a phone a line of a list is a card, whose parts need their headings.
const labelCells = () => {
  const heads = document.querySelectorAll("#result_list thead th");
  for (const row of document.querySelectorAll("#result_list tbody tr")) {
    for (const [at, cell] of [...row.cells].entries()) if (cell.tagName === "TD") cell.dataset.label = heads[at]?.innerText.trim() ?? "";
  }
};

const nameChoices = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const name = document.querySelector(`label[for="${select.id}"]`)?.textContent.replace(/:\s*$/, "") ?? select.ariaLabel;
    for (const part of select.parentElement.querySelectorAll(".select2-selection, .select2-selection__rendered")) {
      part.removeAttribute("aria-labelledby");
      part.ariaLabel = [name, select.selectedOptions[0]?.textContent].filter(Boolean).join(": ");
    }
  }
};

window.addEventListener("load", () => {
  for (const empty of document.querySelectorAll(".tabular th:empty")) {
    const cell = document.createElement("td");
    cell.className = empty.className;
    empty.replaceWith(cell);
  }
  nameCells(document);
  labelCells();
  nameChoices();
  new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
});
document.addEventListener("formset:added", () => nameCells(document));
