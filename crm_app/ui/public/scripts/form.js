// Brings in the questions that an answer on the same page asks for, keeps a form from being sent
// twice, and leads to what is wrong. Every form works without this file.
(() => {
  const form = document.querySelector("#form form");
  const next = document.querySelector("a[data-go-on]");
  if (next && parent !== window) parent.postMessage({ tandemNext: next.href }, "*");
  if (!form) return;

  const seen = form.elements.namedItem("seen");
  const dependent = [...form.querySelectorAll("fieldset[data-show-if]")];

  // What was answered in the controls with these names; nothing while they are switched off.
  const given = (names) =>
    names.flatMap((name) =>
      [...form.querySelectorAll(`[name="${name}"]`)]
        .filter((field) => !field.matches(":disabled") && field.value.trim())
        .filter((field) => field.checked || !field.matches("[type=checkbox],[type=radio]"))
        .map((field) => field.value.trim()),
    );

  function holds({ names, op, value }) {
    const answers = given(names);
    if (op === "filled") return answers.length > 0;
    if (op === "empty") return !answers.length;
    return answers.includes(value) === (op === "is");
  }

  function arrange() {
    const ids = new Set(seen.value.split(","));
    // In the order of the page, so that what hangs on a hidden question goes with it.
    for (const part of dependent) {
      const on = holds(JSON.parse(part.dataset.showIf));
      part.hidden = part.disabled = !on;
      ids[on ? "add" : "delete"](part.dataset.field);
    }
    seen.value = [...ids].join(",");
  }

  if (dependent.length) {
    form.addEventListener("input", arrange);
    form.addEventListener("change", arrange);
    addEventListener("pageshow", arrange);
    arrange();
  }
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
  // Back from the next page: it may be sent again.
  addEventListener("pageshow", () => delete form.dataset.sent);
  document.getElementById("errors")?.focus();
})();
