// Evidence highlight, countdowns, what is said after a decision. Everything here is a shortcut: each page works without it.
(() => {
  const main = document.getElementById("main");
  const DAYS = "input[type=date]";
  const visible = (element) => element.getClientRects().length > 0;
  const rise = (heading) => { heading.tabIndex = -1; heading.focus({ preventScroll: true }); };

  // A fact in hover or focus marks its passages; a passage out of sight in a fold is opened first ---------------
  const mark = (event, on) => {
    const fact = event.target.closest?.('a[href^="#e"], [data-evidence]');
    if (!fact) return;
    const number = fact.dataset.evidence ?? fact.hash.slice(2);
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

  // A value that is opened to be put right: its field has the focus, Esc goes back to the value ----------------
  main.addEventListener("toggle", (event) => {
    if (event.target.matches("details.dx-fact[open]")) event.target.querySelector("[id$='-v']").focus();
  }, true);
  main.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest?.("details.dx-fact[open]");
    if (!open) return;
    open.querySelector("form").reset();
    open.open = false;
    open.querySelector("summary").focus();
  });
  const changed = document.getElementById(location.hash.slice(1));
  if (changed?.matches("summary.dx-chip")) changed.focus();
  main.querySelector("details.dx-fact[open] [aria-invalid]")?.focus(); // autofocus alone is lost now and then

  // One decision is one click -------------------------------------------------------------------
  // A form that is answered with a file leaves the page as it is: it may be sent again.
  const leads = (form) => form.method === "post" && !form.hasAttribute("data-file");
  document.addEventListener("submit", (event) => {
    if (!leads(event.target)) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // What is being written is kept in this tab until it was sent, also when the session ends meanwhile ----------
  const KEPT = "duebox.written.", SENT = "duebox.sending";
  const editor = document.getElementById("edit-form");
  const fields = editor ? [editor.elements.subject, editor.elements.body] : [];
  const kept = editor && KEPT + editor.action;
  const forget = () => { for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEPT)) sessionStorage.removeItem(key); };
  const sending = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (sending && !editor && !main.querySelector("[data-refused]")) sessionStorage.removeItem(sending);
  if (editor) {
    const asDrafted = fields.map((field) => field.value);
    const again = JSON.parse(sessionStorage.getItem(kept) ?? "null");
    const note = document.getElementById("edit-again");
    if (again && !editor.querySelector("[data-refused]") && again.some((text, n) => text !== asDrafted[n])) {
      fields.forEach((field, n) => { field.value = again[n]; });
      note.hidden = false;
      note.querySelector("button").addEventListener("click", () => {
        fields.forEach((field, n) => { field.value = asDrafted[n]; });
        sessionStorage.removeItem(kept);
        note.hidden = true;
        fields[1].focus();
      });
    }
    let left = false; // on purpose
    editor.addEventListener("input", () => sessionStorage.setItem(kept, JSON.stringify(fields.map((field) => field.value))));
    editor.addEventListener("submit", () => { left = true; sessionStorage.setItem(SENT, kept); });
    document.querySelector("[data-discard]")?.addEventListener("click", () => { left = true; sessionStorage.removeItem(kept); });
    window.addEventListener("beforeunload", (event) => {
      if (!left && fields.some((field, n) => field.value !== asDrafted[n])) event.preventDefault();
    });
  }

  // Any other form that was refused, or never arrived, holds what was typed once its page is seen again ----------
  const TYPED = "duebox.typed";
  const here = location.pathname + location.search;
  const written = (form) => [...form.elements].filter((one) => one.name && one.matches("input:not([type=hidden], [type=password], [type=file]), select, textarea"));
  const isTicked = (one) => one.matches("[type=checkbox], [type=radio]");
  const typed = JSON.parse(sessionStorage.getItem(TYPED) ?? "null");
  const back = document.getElementById("back-to-form");
  if (typed && back) {
    sessionStorage.setItem(TYPED, JSON.stringify({ ...typed, refused: true }));
    back.href = typed.page;
    back.hidden = false;
  } else if (typed && !main.querySelector("[data-refused]")) {
    sessionStorage.removeItem(TYPED);
    const cameBack = typed.refused || document.referrer.startsWith(`${location.origin}/login`) || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    const fits = (form) => form.getAttribute("action") === typed.action && written(form).length === typed.values.length;
    const form = typed.page === here && cameBack && [...main.querySelectorAll("form")].find(fits);
    if (form) written(form).forEach((one, n) => { one[isTicked(one) ? "checked" : "value"] = typed.values[n]; });
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!leads(form) || form === editor || !main.contains(form)) return;
    const values = written(form).map((one) => isTicked(one) ? one.checked : one.value);
    if (values.length) sessionStorage.setItem(TYPED, JSON.stringify({ page: here, action: form.getAttribute("action"), values }));
  });
  document.querySelector("form[action='/logout']")?.addEventListener("submit", () => { forget(); sessionStorage.removeItem(TYPED); });

  // "Sends in 27 s": counted from the server's number, so a wrong clock here does no harm --------
  for (const line of document.querySelectorAll("[data-until]")) {
    const figure = line.querySelector("[data-seconds]");
    const end = performance.now() + Number(figure.textContent) * 1000;
    const tick = window.setInterval(() => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      figure.textContent = String(left);
      if (left === 0) {
        window.clearInterval(tick); // nothing can be taken back any more
        const place = line.closest("[data-window], .dx-actions");
        const fields = [...place.querySelectorAll("form")];
        const had = fields.some((form) => form.contains(document.activeElement));
        for (const form of fields) form.hidden = true;
        if (had) rise(main.querySelector("#case-h") ?? main.querySelector("h1"));
        line.textContent = document.getElementById("say").dataset.leavingNow;
        settle(place);
      }
    }, 1000);
  }

  // Then how it ended, as the page tells once it knows; a strip has nothing more to say ---------------
  const PAUSES = [2_000, 3_000, 5_000, 10_000, 20_000, 40_000];
  const rest = (pause) => new Promise((done) => { window.setTimeout(done, pause); });
  async function settle(place) {
    const id = place.closest("[data-settles]")?.id;
    if (!id) {
      await rest(PAUSES[2]);
      if (!place.querySelector("[popovertarget]")) place.remove();
      return;
    }
    for (const pause of PAUSES) {
      await rest(pause);
      const answer = await fetch(location.href).catch(() => null);
      const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (!fresh || fresh.matches("[data-moving]") || fresh.querySelector("[data-until], [data-moving]")) continue;
      const stale = document.getElementById(id);
      if (stale.contains(document.activeElement)) continue;
      stale.replaceWith(document.adoptNode(fresh));
      return;
    }
  }

  // A dialog has the focus until it is closed; then what opened it has it again, as the browser sees to ----------
  const stops = (dialog) => [...dialog.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((one) => visible(one) && !one.disabled);
  document.addEventListener("toggle", (event) => {
    const opened = event.newState === "open" && event.target.matches(".dx-pop") && event.target;
    if (opened && !opened.contains(document.activeElement)) stops(opened)[0]?.focus();
  }, true);
  document.addEventListener("keydown", (event) => {
    const dialog = event.key === "Tab" && [...document.querySelectorAll(".dx-pop:popover-open")].at(-1);
    const places = dialog ? stops(dialog) : [];
    if (!places.length) return;
    const [edge, other] = event.shiftKey ? [places[0], places.at(-1)] : [places.at(-1), places[0]];
    const isWithin = dialog.contains(document.activeElement);
    if (isWithin && (document.activeElement !== edge || edge.matches(DAYS))) return; // a day has stops of its own
    event.preventDefault();
    other.focus();
  });

  // A browser writes days its own way: beside a field's name they stand in the language of the page -----------
  const spoken = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const tell = (field) => {
    const said = field.valueAsDate ? spoken.format(field.valueAsDate) : "";
    const label = field.labels[0];
    if (!label || label.matches(".visually-hidden")) { field.title = said; return; }
    const mark = label.querySelector(".dx-day") ?? label.appendChild(Object.assign(document.createElement("span"), { className: "dx-day dx-3rd fw-normal", ariaHidden: "true" }));
    mark.textContent = said && ` ${said}`;
  };
  document.addEventListener("input", (event) => { if (event.target.matches?.(DAYS)) tell(event.target); });
  window.addEventListener("pageshow", () => { for (const field of document.querySelectorAll(DAYS)) tell(field); });

  // After a decision: the next case has the focus, and a screen reader hears what happened ------------
  const DECIDED = "duebox.decided";
  document.addEventListener("submit", (event) => {
    if (leads(event.target) && main.contains(event.target)) sessionStorage.setItem(DECIDED, event.target.action.split("/").pop());
  });
  const decided = sessionStorage.getItem(DECIDED);
  const heading = ["case-h", "e-h"].map((id) => document.getElementById(id)).find((found) => found && visible(found));
  if (decided) {
    sessionStorage.removeItem(DECIDED);
    const next = heading || main.querySelector("h1");
    if (next && document.activeElement === document.body) rise(next);
    const say = document.getElementById("say");
    const said = say.getAttribute(`data-${decided}`) || main.querySelector("[data-say]")?.textContent.trim() || "";
    const waiting = main.querySelector("#queue-list [role=status]")?.textContent.trim() || "";
    window.setTimeout(() => {
      say.textContent = [said, waiting].filter(Boolean).join(" ");
    }, 150); // a region that is filled while the page loads is not read out
  }

  // A case that was opened by key has the focus: what follows by Tab is its own, not the list's once more ------
  const OPENED = "duebox.opened";
  main.addEventListener("click", (event) => {
    if (event.detail === 0 && event.target.closest("[data-row]")) sessionStorage.setItem(OPENED, "yes");
  });
  if (sessionStorage.getItem(OPENED) && heading && document.activeElement === document.body) rise(heading);
  sessionStorage.removeItem(OPENED);

  // The open case is in sight, with what comes after it.
  const body = main.querySelector(".dx-list__body");
  const current = body?.querySelector("[aria-current]");
  if (current && current.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom) {
    current.scrollIntoView({ block: "center" });
  }
})();
