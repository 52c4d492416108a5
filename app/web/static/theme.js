// Runs before the first paint: light or dark as the system says, and again when it changes its mind. The server is told
// the reader's time zone; until then, and without JavaScript, times are in UTC, as each one's title says.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", apply);
  apply();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `duebox_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
})();
