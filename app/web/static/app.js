// Keyboard, evidence highlight, countdowns. Everything here is a shortcut: each page works without it.
(() => {
  const STORE = "duebox.keys";
  const main = document.getElementById("main");
  const keys = document.getElementById("keys");
  const visible = (element) => element.getClientRects().length > 0;

  // Single keys -------------------------------------------------------------------------------
  const keysOn = () => localStorage.getItem(STORE) !== "off";
  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const busy = () => document.querySelector("dialog[open], [popover]:popover-open") !== null;
  const allowed = (key) => {
    const only = main.querySelector("[data-keys]");
    return only === null || !visible(only) || only.dataset.keys.split(" ").includes(key);
  };

  const rows = () => [...main.querySelectorAll("[data-list] [data-row]")].filter(visible);
  const here = (list) => {
    const focused = list.indexOf(document.activeElement);
    return focused >= 0 ? focused : list.findIndex((row) => row.closest("[aria-current]"));
  };
  const move = (step) => {
    const list = rows();
    if (!list.length) return;
    const row = list[Math.min(Math.max(here(list) + step, 0), list.length - 1)];
    row.focus({ preventScroll: true });
    (row.closest("tr, li") || row).scrollIntoView({ block: "nearest" });
  };
  const open = () => { const list = rows(); list[Math.max(here(list), 0)]?.click(); };
  const back = () => {
    const link = [...main.querySelectorAll('[data-key="u"]')].find(visible);
    if (link) link.click(); else move(0);
  };
  const press = (key) => {
    const control = [...main.querySelectorAll(`[data-key="${key}"]`)].find(visible);
    control?.focus({ preventScroll: true }); // so that closing what it opens leads back to it
    control?.click();
  };
  const ACTIONS = { j: () => move(1), k: () => move(-1), o: open, u: back, "?": () => keys?.showModal() };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-submit]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat && !"jk".includes(event.key)) return;
    if (typing(event.target) || busy() || !keysOn() || !allowed(event.key)) return;
    if (event.key in ACTIONS) { event.preventDefault(); ACTIONS[event.key](); }
    else if (/^[a-z.]$/.test(event.key) && [...main.querySelectorAll(`[data-key="${event.key}"]`)].some(visible)) { event.preventDefault(); press(event.key); }
  });

  const help = document.getElementById("open-keys");
  if (help && keys) {
    help.hidden = false;
    help.addEventListener("click", () => keys.showModal());
    keys.addEventListener("click", (event) => { if (event.target === keys) keys.close(); });
    const toggle = document.getElementById("keys-on");
    toggle.checked = keysOn();
    toggle.addEventListener("change", () => localStorage.setItem(STORE, toggle.checked ? "on" : "off"));
  }

  // A fact in hover or focus marks its passages; a passage out of sight in a fold is opened first ---------------
  const mark = (event, on) => {
    const link = event.target.closest?.('a[href^="#e"]');
    if (!link) return;
    const number = link.hash.slice(2);
    for (const passage of main.querySelectorAll("[data-ev]")) {
      if (passage.dataset.ev.split(" ").includes(number)) passage.classList.toggle("is-lit", on);
    }
  };
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    main.addEventListener(name, (event) => mark(event, on));
  }
  main.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#e"]');
    const fold = link && document.getElementById(link.hash.slice(1))?.closest("details");
    if (fold) fold.open = true;
  });

  // One decision is one click -------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // "Sends in 27 s": counted from the server's number, so a wrong clock here does no harm --------
  for (const line of document.querySelectorAll("[data-until]")) {
    const figure = line.querySelector("[data-seconds]");
    const end = performance.now() + Number(figure.textContent) * 1000;
    const tick = window.setInterval(() => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      figure.textContent = String(left);
      if (left === 0) { window.clearInterval(tick); line.textContent = "Leaving now."; }
    }, 1000);
  }

  // After a decision: the next case has the focus, and a screen reader hears what happened ------------
  const DECIDED = "duebox.decided";
  document.addEventListener("submit", (event) => {
    if (event.target.method === "post" && main.contains(event.target)) sessionStorage.setItem(DECIDED, event.target.action.split("/").pop());
  });
  const decided = sessionStorage.getItem(DECIDED);
  if (decided) {
    sessionStorage.removeItem(DECIDED);
    const heading = ["case-h", "e-h"].map((id) => document.getElementById(id)).find((found) => found && visible(found))
      || main.querySelector("h1");
    if (heading && document.activeElement === document.body) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    const say = document.getElementById("say");
    const said = say.getAttribute(`data-${decided}`) || main.querySelector("[data-say]")?.textContent.trim() || "";
    const waiting = main.querySelector("#queue-list [role=status]")?.textContent.trim() || "";
    window.setTimeout(() => {
      say.textContent = [said, waiting].filter(Boolean).join(" ");
    }, 150); // a region that is filled while the page loads is not read out
  }

  // The open case is in sight, with what comes after it.
  const body = main.querySelector(".dx-list__body");
  const current = body?.querySelector("[aria-current]");
  if (current && current.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom) {
    current.scrollIntoView({ block: "center" });
  }
})();
