/**
 * The same history with two local steps swapped, as a careless change of the workflow would produce it.
 * @throws Error if the history has neither step, because nothing would be swapped.
 */
export function swapSteps(history: unknown, one: string, other: string): unknown {
  let swaps = 0;
  const swapped = JSON.stringify(history, (key, value: unknown) => {
    if (key !== 'data' || typeof value !== 'string') return value;
    // A marker names its activity inside a base64 payload.
    const plain = Buffer.from(value, 'base64').toString('utf8');
    const exchanged = plain.replace(
      new RegExp(`"activity_type":"(${one}|${other})"`),
      (_whole, name) => `"activity_type":"${name === one ? other : one}"`,
    );
    if (exchanged !== plain) swaps += 1;
    return Buffer.from(exchanged).toString('base64');
  });
  if (swaps === 0) throw new Error(`The history has neither ${one} nor ${other} in it.`);
  return JSON.parse(swapped);
}
