/** Means over records of numbers: how features of several matrices become one value. */

/**
 * The mean of each entry.
 *
 * @param records at least one, all with the same names
 * @example meanFeatures([{ a: 1 }, { a: 3 }]) // => { a: 2 }
 */
export function meanFeatures<T extends Readonly<Record<string, number>>>(records: readonly T[]): T {
  const names = Object.keys(records[0] as T);
  return Object.fromEntries(
    names.map((name) => [name, records.reduce((sum, record) => sum + (record[name] as number), 0) / records.length]),
  ) as T;
}
