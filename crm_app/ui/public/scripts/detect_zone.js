// Chooses the browser's own time zone in a list that nobody has touched yet.
for (const list of document.querySelectorAll("select[data-detect-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...list.options].some((option) => option.value === zone);
  if (!list.value && known) list.value = zone;
}
