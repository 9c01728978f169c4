/** Singular values of square matrices, as far as the maximal correlation coefficient needs them. */
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

/**
 * The second largest singular value of a square matrix: for a symmetric one by its eigenvalues, else by those of A A'.
 *
 * @param entries m x m by rows, m at least 2
 * @example secondSingularValue(Float64Array.of(3, 0, 0, -2), 2) // => 2
 */
export function secondSingularValue(entries: Float64Array, m: number): number {
  const values = isSymmetric(entries, m)
    ? symmetricEigenvalues(entries, m).map(Math.abs)
    : symmetricEigenvalues(timesTransposed(entries, m), m).map((value) => Math.sqrt(Math.max(value, 0)));
  return values.sort()[m - 2];
}

function isSymmetric(entries: Float64Array, m: number): boolean {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) if (entries[i * m + j] !== entries[j * m + i]) return false;
  }
  return true;
}

function timesTransposed(a: Float64Array, m: number): Float64Array {
  const product = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += a[i * m + k] * a[j * m + k];
      product[i * m + j] = sum;
    }
  }
  return product;
}
