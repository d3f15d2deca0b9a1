// The shown rows as CSV that spreadsheets open without running anything.

// A cell that begins like a formula gets an apostrophe before it, which spreadsheets take for "this is text".
function csvCell(value) {
  const text = String(value);
  const safe = /^[\s\p{Cf}]*[=+\-@＝＋－＠|]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(rows) {
  const columns = [...COLUMNS, { label: "Stance score", of: quote => quote.stanceScore }, { label: "Article id", of: quote => quote.article.id }];
  const lines = [columns.map(column => csvCell(column.label)), ...rows.map(quote => columns.map(column => csvCell(column.of(quote))))];
  return "\ufeff" + lines.map(line => line.join(",") + "\r\n").join(""); // the mark tells Excel that it is UTF-8
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
