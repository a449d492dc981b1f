// Turns booking pages in place: the same links and forms, fetched instead of loaded. Every page is
// whole without this file; whatever goes wrong in here falls back to a plain page load.
(() => {
  const card = () => document.getElementById("booking");
  const typed = new Map();
  let latest = 0;
  if (!card()) return;

  const live = document.createElement("p");
  live.className = "unseen";
  live.setAttribute("role", "status");
  document.body.append(live);

  // Where a control keeps what was typed: its property, and a name for it.
  const place = (field) =>
    field.matches("[type=checkbox],[type=radio]") ? ["checked", field.name + field.value] : ["value", field.name];

  function eachField(visit) {
    for (const field of card().querySelectorAll("[data-keep] :is(input,select,textarea):not([type=hidden])"))
      visit(field, ...place(field));
  }
  const remember = () => eachField((field, property, name) => typed.set(name, field[property]));
  const recall = () => eachField((field, property, name) => typed.has(name) && (field[property] = typed.get(name)));

  function centre(scrollLeft, behavior) {
    const days = card().querySelector(".days"), day = days?.querySelector("[aria-current]");
    if (!day) return;
    days.scrollTo({ left: scrollLeft, behavior: "instant" });
    days.scrollTo({ left: day.offsetLeft - days.offsetLeft - (days.clientWidth - day.offsetWidth) / 2, behavior });
  }

  function focusAfter(id, stepped) {
    const find = (what) => card().querySelector(what), same = !stepped && id && document.getElementById(id);
    (find("[autofocus]") || same || find("h2[tabindex]"))?.focus({ preventScroll: true });
    if (stepped) scrollTo(0, 0);
  }

  async function go(url, { push = true, focus = true } = {}) {
    const mine = ++latest, old = card(), id = document.activeElement?.id;
    const scrolled = old.querySelector(".days")?.scrollLeft || 0;
    old.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      const fresh = page.getElementById("booking");
      if (answer.redirected || !fresh) throw answer;
      const stepped = fresh.className !== old.className;
      remember();
      old.replaceWith(fresh);
      recall();
      document.title = page.title;
      document.querySelector(".foot")?.replaceWith(page.querySelector(".foot"));
      history[push ? "pushState" : "replaceState"](null, "", url);
      centre(scrolled, "smooth");
      if (focus) focusAfter(id, stepped);
      live.textContent = fresh.dataset.announce || "";
    } catch {
      if (mine === latest) location.assign(url);
    }
  }

  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  function keys(event) {
    const day = event.target.closest?.(".days a");
    if (!day || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...day.closest(".days").children], step = moves[event.key];
    const links = all.map((each) => each.querySelector("a"));
    let at = all.indexOf(day.parentElement), to;
    if (step) do to = links[at += step]; while (to === null);
    else if (event.key === "Home") to = links.find(Boolean);
    else if (event.key === "End") to = links.filter(Boolean).pop();
    else if (event.key === "PageUp" || event.key === "PageDown")
      document.getElementById(event.key === "PageUp" ? "earlier" : "later")?.click();
    else return;
    event.preventDefault();
    to?.focus();
  }

  document.addEventListener("keydown", keys);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#booking a[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get") {
      event.preventDefault();
      go(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    } else if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
  addEventListener("popstate", () => go(location.href, { push: false }));
  // Back from the next page: the form may be sent again.
  addEventListener("pageshow", () => delete document.querySelector("form[data-sent]")?.dataset.sent);

  centre(0, "instant");
  document.getElementById("errors")?.focus();
  const shown = card().dataset.guess, own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (shown && own && own !== shown) {
    const url = new URL(location.href);
    url.searchParams.set("tz", own);
    go(url.href, { push: false, focus: false });
  }
})();
