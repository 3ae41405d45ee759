const escaped = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const money = (total) => (total ? `${(total.amount / 100).toFixed(2)} ${total.currency}` : '');

/** The page that marketing looks at: the newest first. */
export function page(facts) {
  const rows = facts
    .toReversed()
    .map(({ kind, orderId, tripId, customerId, total, at }) => [at, kind, orderId ?? tripId, customerId, money(total)])
    .map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell ?? '')}</td>`).join('')}</tr>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<title>Shipments</title>
<style>body{font:16px system-ui;margin:2rem}table{border-collapse:collapse}td,th{padding:.3rem 1rem;text-align:left;border-bottom:1px solid #ccc}</style>
<h1>Orders shipped and trips booked</h1>
<table>
<thead><tr><th>when</th><th>what</th><th>number</th><th>customer</th><th>total</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</html>`;
}
