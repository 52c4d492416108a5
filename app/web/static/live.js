// Live: the list renews itself when something has changed, and a case says who else is there. Without it, a list is as
// it was when it was opened, and the version in every form still lets exactly one decision win.
(() => {
  const PING = 20_000;
  const main = document.getElementById("main");

  // A server that does not answer for a while, or no network, is said: what stands here grows old meanwhile --------
  const PATIENCE = 4_000;
  const lost = document.getElementById("lost");
  let missing = 0;
  const reach = (isThere) => {
    if (isThere) { window.clearTimeout(missing); missing = 0; lost.hidden = true; }
    else missing ||= window.setTimeout(() => { lost.hidden = false; }, PATIENCE);
  };
  window.addEventListener("offline", () => reach(false));
  window.addEventListener("online", () => reach(true));

  const token = () => document.querySelector("input[name=csrf]")?.value ?? "";
  const list = () => document.getElementById("queue-list");
  const company = () => document.getElementById("company");
  if (!list() && !company()) return;
  const visible = (element) => element.getClientRects().length > 0;

  // The list: what is ticked stays ticked ----------------------------------------------------------
  const ticked = () => [...document.querySelectorAll("[name=pick]:checked")].map((box) => box.value.split(":")[0]);
  let kept = [];
  document.addEventListener("htmx:before:swap", () => { kept = ticked(); });
  document.addEventListener("htmx:after:swap", () => {
    for (const box of document.querySelectorAll("[name=pick]")) box.checked ||= kept.includes(box.value.split(":")[0]);
  });

  // Signed out meanwhile: the page says so, but not over the head of somebody who writes.
  const signIn = () => { if (!document.getElementById("edit-form")) location.reload(); };
  document.addEventListener("htmx:after:request", (event) => {
    const status = event.detail?.ctx?.response?.status;
    if (status === 401) signIn();
    if (status) reach(true);
  });
  document.addEventListener("htmx:error", (event) => { if (!event.detail?.ctx?.response) reach(false); });

  // "All" ticks every mail of this page; without a script each has its own box.
  document.addEventListener("change", (event) => {
    if (event.target.id !== "pick-all") return;
    for (const box of document.querySelectorAll("[name=pick]")) box.checked = event.target.checked;
  });

  // The case: we say that we are there, the answer says who else is ------------------------------------
  const article = () => main.querySelector(".dx-case[data-version]");
  const body = () => {
    const fields = new URLSearchParams({ csrf: token(), seen: article()?.dataset.version ?? "0", view: location.pathname.startsWith("/reviews/") ? "item" : "queue", q: new URLSearchParams(location.search).get("q") ?? "" });
    if (article()?.hasAttribute("data-replying")) fields.set("replying", "yes");
    return fields;
  };
  const hold = () => {
    const bar = main.querySelector(".dx-actions");
    if (bar) bar.inert = company()?.hasAttribute("data-held") ?? false;
  };
  let asking = false;
  const ping = async () => {
    const place = company();
    if (!place || asking || !article() || !visible(article()) || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(`/reviews/${place.dataset.review}/presence`, { method: "POST", body: body() });
      reach(true);
      if (answer.redirected && new URL(answer.url).pathname === "/login") signIn();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("company");
      if (!fresh || fresh.outerHTML === company()?.outerHTML) return;
      const had = company()?.contains(document.activeElement);
      company()?.replaceWith(document.adoptNode(fresh));
      hold();
      if (had) document.getElementById("case-h")?.focus();
    } catch { reach(false); } finally { asking = false; }
  };
  hold();
  ping();
  window.setInterval(ping, PING);
  document.getElementById("edit-body")?.addEventListener("input", () => {
    if (!article() || article().hasAttribute("data-replying")) return;
    article().setAttribute("data-replying", "");
    ping();
  });
  let deciding = false; // a form leads to the next page of the case, or takes it over: that is no leaving
  document.addEventListener("submit", (event) => { deciding ||= event.target.method === "post"; });
  window.addEventListener("pagehide", () => {
    const place = company();
    if (!deciding && place?.hasAttribute("data-open")) navigator.sendBeacon(`/reviews/${place.dataset.review}/leave`, new URLSearchParams({ csrf: token() }));
  });

  // What has changed: one connection, and only while the page is looked at, as a browser has six for all its pages --
  // The first of many changes is shown at once, those that follow closely together.
  const REST = 800;
  let resting = 0, again = false;
  const refresh = () => {
    again = resting > 0;
    if (again) return;
    list()?.dispatchEvent(new CustomEvent("refresh"));
    resting = window.setTimeout(() => { resting = 0; if (again) refresh(); }, REST);
  };
  let source = null;
  const heard = ({ data }) => {
    const changes = data.split(" ");
    if (changes.includes("queue")) refresh();
    if (company() && changes.includes(`review:${company().dataset.review}`)) ping();
  };
  const connect = () => {
    if (source || document.hidden) return;
    source = new EventSource("/events");
    source.onmessage = heard;
    source.onopen = () => reach(true);
    source.onerror = () => { if (source?.readyState === EventSource.CONNECTING) reach(false); };
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = null; return; }
    connect();
    refresh();
    ping();
  });
  connect();
})();
