// Keyboard: single keys (which can be changed or switched off), two-key jumps, the palette. A key is a shortcut to a
// link or button of the page that carries it in data-key; nothing can be done by a key alone.
(() => {
  const OFF = "duebox.keys";
  const main = document.getElementById("main");
  const sheet = document.getElementById("keys");
  const palette = document.getElementById("palette");
  if (!sheet || !palette) return;
  const visible = (element) => element.getClientRects().length > 0 && !element.closest("[inert]");

  // What is pressed, and what it means: `changed` holds the person's own keys by the key as shipped ---------
  const fields = [...sheet.querySelectorAll("[data-default]")];
  let changed = Object.fromEntries(fields.filter((field) => field.defaultValue !== field.dataset.default).map((field) => [field.dataset.default, field.defaultValue]));
  const shipped = fields.map((field) => field.dataset.default);
  const keyOf = (name) => changed[name] ?? name;
  const meaning = (key) => shipped.find((name) => keyOf(name) === key) ?? (shipped.includes(key) ? "" : key);
  const keysOn = () => localStorage.getItem(OFF) !== "off";
  const typing = (target) => target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
  const busy = () => document.querySelector("dialog[open], [popover]:popover-open") !== null;
  const HARMLESS = "/gx?[]";
  const allowed = (name) => {
    const only = main.querySelector("[data-keys]");
    return only === null || !visible(only) || HARMLESS.includes(name) || only.dataset.keys.split(" ").includes(name);
  };

  // The list ---------------------------------------------------------------------------------
  const rows = () => [...main.querySelectorAll("[data-list] [data-row]")].filter(visible);
  const here = (list) => {
    const focused = list.findIndex((row) => row.closest("tr, li")?.contains(document.activeElement));
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
  const select = () => {
    const list = rows();
    list[Math.max(here(list), 0)]?.closest("tr, li")?.querySelector("input[type=checkbox]")?.click();
  };
  // A key belongs to the row that has the focus, where that row has the control; else to the open one, else to the page.
  const focused = () => rows().find((row) => row.closest("tr, li")?.contains(document.activeElement))?.closest("tr, li");
  const find = (name) => {
    const all = [...document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].filter(visible);
    return all.find((one) => focused()?.contains(one)) ?? all.find((one) => one.closest("[aria-current]")) ?? all[0];
  };
  // What decides about a case waits until that case is open: nobody decides about a mail they do not see.
  const isElsewhere = (control) => {
    const row = focused();
    return row && !row.hasAttribute("aria-current") && control.closest(".dx-case") && !["u", "z"].includes(control.dataset.key);
  };
  const ask = (control) => {
    const question = document.getElementById(control.dataset.ask);
    if (question) question.showPopover({ source: control });
    else control.click();
  };
  const press = (name) => {
    const control = find(name);
    if (control && isElsewhere(control)) { open(); return true; }
    control?.focus({ preventScroll: true }); // so that closing what it opens leads back to it
    if (control) ask(control);
    return Boolean(control);
  };
  const back = () => press("u") || move(0);

  // The mails of the conversation, from the oldest to the one to be answered ---------------------------
  const thread = (step) => {
    const mails = [...main.querySelectorAll(".dx-mail")];
    const fold = main.querySelector(".dx-mail--old")?.closest("details");
    if (!fold) return;
    fold.open = true;
    const at = mails.findIndex((mail) => mail.contains(document.activeElement));
    const next = mails[Math.min(Math.max((at < 0 ? mails.length - 1 : at) + step, 0), mails.length - 1)];
    next.tabIndex = -1;
    next.focus();
  };

  // g, then where to ---------------------------------------------------------------------------
  const PLACES = { q: "/queue", n: "/no-answer", s: "/sent", a: "/decisions", c: "/customers", t: "/tasks", d: "/dashboard" };
  let going = 0;
  const go = (key) => {
    going = 0;
    const link = PLACES[key] && document.querySelector(`.dx-nav a[href="${PLACES[key]}"]`);
    if (link) location.assign(link.href);
    return Boolean(link);
  };

  // The case scrolls beside its list. Opened or decided about by key, it has no focus within that scrolls: the keys
  // that scroll a page move it then.
  const STEPS = { ArrowDown: 0.1, ArrowUp: -0.1, PageDown: 0.9, PageUp: -0.9, Home: -1000, End: 1000 };
  const scrolls = (pane) => visible(pane) && pane.scrollHeight > pane.clientHeight && getComputedStyle(pane).overflowY === "auto";
  const scroll = (event) => {
    const step = event.key === " " ? (event.shiftKey ? -0.9 : 0.9) : STEPS[event.key];
    const pane = step && event.target.matches("body, h1, h2") && [...main.querySelectorAll(".dx-case__main, .dx-case__grid, .dx-case__scroll")].find(scrolls);
    if (!pane) return;
    event.preventDefault();
    pane.scrollBy({ top: step * pane.clientHeight });
  };

  const ACTIONS = {
    j: () => move(1), k: () => move(-1), o: open, x: select, u: back,
    g: () => { going = performance.now(); },
    "[": () => thread(-1), "]": () => thread(1),
    "/": () => show(), "?": () => sheet.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "k" && !event.altKey && !event.shiftKey) { event.preventDefault(); show(); return; }
    if (control && event.key === "Enter" && event.repeat) { event.preventDefault(); return; } // a held key answers no question
    if (control && event.key === "Enter" && event.target.matches("[data-submit]")) {
      event.preventDefault();
      if (event.target.form.reportValidity()) ask([...event.target.form.elements].find((one) => one.matches("[data-approves]")));
      return;
    }
    if (control || event.altKey || typing(event.target) || busy()) return;
    scroll(event);
    if (!keysOn()) return;
    if (going && performance.now() - going < 1500) { if (go(event.key)) event.preventDefault(); return; }
    const isLocked = event.getModifierState("CapsLock") && !event.shiftKey; // which is no wish for a capital
    const name = meaning(isLocked ? event.key.toLowerCase() : event.key);
    if (name.length !== 1 || !allowed(name) || (event.repeat && !"jk".includes(name))) return;
    if (name in ACTIONS) { event.preventDefault(); ACTIONS[name](); }
    else if (find(name)) { event.preventDefault(); press(name); }
  });

  // The sheet: each key can be changed, no key has two meanings ------------------------------------
  const help = document.getElementById("open-keys");
  help?.addEventListener("click", () => sheet.showModal());
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
  const toggle = document.getElementById("keys-on");
  toggle.checked = keysOn();
  toggle.addEventListener("change", () => { localStorage.setItem(OFF, toggle.checked ? "on" : "off"); hint(); });
  const hint = () => {
    for (const field of fields) field.value = keyOf(field.dataset.default);
    for (const mark of document.querySelectorAll("main kbd, .dx-top kbd")) {
      mark.dataset.name ??= mark.textContent;
      if (!shipped.includes(mark.dataset.name)) continue;
      mark.textContent = keyOf(mark.dataset.name);
      if (!mark.closest("#open-keys")) (mark.closest("[data-hint], .dx-actions__text .dx-hide-s") ?? mark).hidden = !keysOn();
    }
    for (const plain of document.querySelectorAll("[data-hintless]")) plain.hidden = keysOn();
  };
  const taken = document.getElementById("keys-taken");
  let saving = Promise.resolve(); // one after the other: the last that is typed is the one that stays
  const save = () => {
    const body = new URLSearchParams({ csrf: document.querySelector("input[name=csrf]").value });
    for (const [name, key] of Object.entries(changed)) { body.append("shipped", name); body.append("own", key); }
    saving = saving.then(async () => {
      const answer = await fetch("/keys", { method: "POST", body }).catch(() => null);
      document.getElementById("keys-unsaved").hidden = answer?.status === 204;
    });
  };
  for (const field of fields) {
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => {
      const key = field.value, name = field.dataset.default;
      const other = shipped.find((one) => one !== name && keyOf(one) === key);
      taken.hidden = !(other && key);
      if (key && key !== " " && !other) {
        changed[name] = key;
        save();
        hint();
      }
    });
    field.addEventListener("blur", hint);
  }
  document.getElementById("keys-reset").addEventListener("click", () => {
    changed = {};
    save();
    taken.hidden = true;
    hint();
  });
  hint();

  // The palette: everything that this page and the navigation can do, by its name -------------------
  const field = document.getElementById("palette-q");
  const list = document.getElementById("palette-list");
  const named = (element) => (element.getAttribute("aria-label") || [...element.childNodes].filter((node) => node.nodeName !== "KBD" && !node.classList?.contains("dx-count")).map((node) => node.textContent).join(" ")).replace(/\s+/g, " ").trim();
  let commands = [], chosen = 0;
  const collect = () => {
    const keyed = new Set([...document.querySelectorAll("main [data-key]")].map((one) => find(one.dataset.key)));
    const own = [...document.querySelectorAll("main [data-key], .dx-tabs a, [data-command]")].filter((one) => (one.hasAttribute("data-command") ? !one.closest("[inert]") : visible(one)) && (!one.dataset.key || keyed.has(one)));
    const links = [...document.querySelectorAll(".dx-nav--wide a, .dx-menu a")];
    const seen = new Set();
    commands = [...own, ...links].map((element) => ({ name: element.dataset.command || named(element), key: element.dataset.key, run: () => element.click() }))
      .concat([{ name: help?.getAttribute("aria-label"), key: "?", run: () => sheet.showModal() }])
      .filter(({ name }) => name && !seen.has(name) && seen.add(name));
  };
  const draw = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    const search = { name: palette.dataset.search.replace("{}", () => field.value.trim()), run: () => field.form.submit() };
    const shown = words.length ? [search, ...fitting] : fitting;
    chosen = words.length && fitting.length ? 1 : 0;
    list.replaceChildren(...shown.map(({ name, key, run }, number) => {
      const item = document.createElement("li");
      item.id = `palette-${number}`;
      item.role = "option";
      item.textContent = name;
      if (key) item.append(Object.assign(document.createElement("kbd"), { textContent: keyOf(key) }));
      item.addEventListener("click", () => { palette.close(); run(); });
      return item;
    }));
    choose(chosen);
  };
  const choose = (number) => {
    const items = [...list.children];
    chosen = Math.min(Math.max(number, 0), items.length - 1);
    items.forEach((item, n) => item.setAttribute("aria-selected", String(n === chosen)));
    field.setAttribute("aria-activedescendant", items[chosen]?.id ?? "");
    items[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    collect(); // before it opens: what stands behind a modal is not to be pressed
    field.value = "";
    palette.showModal();
    draw();
    field.focus();
  };
  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choose(chosen + step); }
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); list.children[chosen]?.click(); }
    if (event.key === "Escape" && !event.isComposing) { event.preventDefault(); palette.close(); } // not: empty the field first
  });
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  document.getElementById("open-palette")?.addEventListener("click", (event) => { event.preventDefault(); show(); });
})();
