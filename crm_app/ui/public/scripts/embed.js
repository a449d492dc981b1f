// For other sites: shows a booking page or form of ours inside the page, or in a dialog.
//   <div data-tandem="https://crm.example/cal/advice"></div>
//   <a data-tandem-dialog href="https://crm.example/cal/advice">Book a talk</a>
//   <script async src="https://crm.example/public/embed.js"></script>
(() => {
  const closing = { de: "Schließen", pl: "Zamknij", it: "Chiudi" };

  function frame(address, title) {
    const made = document.createElement("iframe"), url = new URL(address);
    url.searchParams.set("embed", "1");
    made.src = url.href;
    made.title = title || document.title;
    made.loading = "lazy";
    made.style.cssText = "display:block;width:100%;height:620px;border:0;color-scheme:light dark";
    addEventListener("message", (event) => {
      if (event.source !== made.contentWindow || event.origin !== url.origin) return;
      const height = Number(event.data?.tandemHeight), next = event.data?.tandemNext;
      if (height > 0) made.style.height = `${Math.min(height, 5000)}px`;
      // A form that was sent leads on to the page that its author named.
      if (/^https?:\/\//.test(next)) location.assign(next);
    });
    return made;
  }

  function open(link) {
    const dialog = document.createElement("dialog"), close = document.createElement("button");
    dialog.style.cssText = "width:min(1040px,calc(100vw - 16px));max-height:calc(100vh - 16px);padding:0;border:0;border-radius:12px;overflow:auto";
    close.style.cssText = "position:sticky;top:0;float:right;width:44px;height:44px;border:0;background:none;font-size:24px;cursor:pointer;z-index:1";
    close.textContent = "×";
    close.setAttribute("aria-label", closing[document.documentElement.lang.slice(0, 2)] || "Close");
    close.onclick = () => dialog.close();
    dialog.onclose = () => dialog.remove();
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    dialog.append(close, frame(link.href, link.textContent.trim()));
    document.body.append(dialog);
    dialog.showModal();
  }

  function start() {
    for (const place of document.querySelectorAll("[data-tandem]:empty"))
      place.append(frame(place.dataset.tandem, place.getAttribute("aria-label")));
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-tandem-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
