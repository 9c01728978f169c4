/** Singular values of square matrices, as far as the maximal correlation coefficient needs them. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * The second largest singular value of a square matrix: for a symmetric one by its eigenvalues, else by those of A A'.
 *
 * @param entries m x m by rows, m at least 2
 * @example secondSingularValue(Float64Array.of(3, 0, 0, -2), 2) // => 2
 */
export function secondSingularValue(entries: Float64Array, m: number): number {
  const symmetric = isSymmetric(entries, m);
  const matrix = Matrix.from1DArray(m, m, entries);
  const decomposed = new EigenvalueDecomposition(symmetric ? matrix : matrix.mmul(matrix.transpose()), {
    assumeSymmetric: true,
  });
  const values = decomposed.realEigenvalues.map((value) =>
    symmetric ? Math.abs(value) : Math.sqrt(Math.max(value, 0)),
  );
  return values.sort((a, b) => b - a)[1] as number;
}

function isSymmetric(entries: Float64Array, m: number): boolean {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) if (entries[i * m + j] !== entries[j * m + i]) return false;
  }
  return true;
}
