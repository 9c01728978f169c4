/** A plain row-major matrix of doubles for tables of participants by predictors; factorisations are ml-matrix's. */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { HemacastError } from "../core/errors.ts";

/** `rows` x `columns` doubles; entry (i, j) is `values[i * columns + j]`. */
export interface DenseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * A matrix from rows of equal length.
 *
 * @param columns needed only where there may be no row
 * @throws HemacastError ARGUMENT_INVALID when rows differ in length, NON_FINITE when an entry is not finite
 * @example matrixOf([[1, 2], [3, 4]]).columns // => 2
 */
export function matrixOf(
  rows: readonly ArrayLike<number>[],
  columns: number = rows.length > 0 ? (rows[0] as ArrayLike<number>).length : 0,
): DenseMatrix {
  const values = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns) {
      throw new HemacastError("ARGUMENT_INVALID", `row ${i} has ${row.length} entries, expected ${columns}`);
    }
    values.set(row as ArrayLike<number>, i * columns);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const where = `row ${Math.floor(bad / columns)}, column ${bad % columns}`;
    throw new HemacastError("NON_FINITE", `the matrix holds ${values[bad]} at ${where}; impute or remove it first`);
  }
  return { rows: rows.length, columns, values };
}

/**
 * One row, as a view.
 *
 * @example [...rowOf(matrixOf([[1, 2], [3, 4]]), 1)] // => [3, 4]
 */
export function rowOf(matrix: DenseMatrix, row: number): Float64Array {
  return matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
}

/**
 * The rows named, in that order, copied.
 *
 * @example [...selectRows(matrixOf([[1], [2], [3]]), [2, 0]).values] // => [3, 1]
 */
export function selectRows(matrix: DenseMatrix, rows: ArrayLike<number>): DenseMatrix {
  const values = new Float64Array(rows.length * matrix.columns);
  for (let i = 0; i < rows.length; i++) values.set(rowOf(matrix, rows[i] as number), i * matrix.columns);
  return { rows: rows.length, columns: matrix.columns, values };
}

/**
 * The solver of A x = b for a symmetric positive definite A.
 *
 * @param symmetric row-major, size x size
 * @throws HemacastError NOT_CONVERGED when A is not positive definite: columns are collinear, constant or separate the classes
 * @example [...choleskySolver(new Float64Array([4, 0, 0, 9]), 2)(new Float64Array([8, 18]))] // => [2, 2]
 */
export function choleskySolver(symmetric: Float64Array, size: number): (right: Float64Array) => Float64Array {
  const solver = positiveDefiniteSolver(symmetric, size);
  if (solver) return solver;
  throw new HemacastError(
    "NOT_CONVERGED",
    "the equations are singular: a predictor is constant, repeats others, or separates the classes; drop it or penalise",
  );
}

/**
 * The same, or null when A is not positive definite.
 *
 * @example positiveDefiniteSolver(new Float64Array([0, 0, 0, 0]), 2) // => null
 */
export function positiveDefiniteSolver(
  symmetric: Float64Array,
  size: number,
): ((right: Float64Array) => Float64Array) | null {
  const factor = new CholeskyDecomposition(Matrix.from1DArray(size, size, symmetric));
  if (!factor.isPositiveDefinite()) return null;
  return (right) => Float64Array.from(factor.solve(Matrix.columnVector(right)).getColumn(0));
}

/**
 * Inverse of a symmetric positive definite matrix, row-major.
 *
 * @throws HemacastError NOT_CONVERGED when it is not positive definite
 * @example [...invertSymmetric(new Float64Array([4, 0, 0, 16]), 2)] // => [0.25, 0, 0, 0.0625]
 */
export function invertSymmetric(symmetric: Float64Array, size: number): Float64Array {
  const solve = choleskySolver(symmetric, size);
  const inverse = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    const unit = new Float64Array(size);
    unit[j] = 1;
    const column = solve(unit);
    for (let i = 0; i < size; i++) inverse[i * size + j] = column[i] as number;
  }
  return inverse;
}

/**
 * X' W X for a row-major X and one weight per row; both halves are filled.
 *
 * @param weights length of rows, >= 0
 * @param into row-major columns x columns, overwritten
 */
export function weightedGram(matrix: DenseMatrix, weights: Float64Array, into: Float64Array): void {
  const { rows, columns: p, values: x } = matrix;
  into.fill(0);
  let i = 0;
  // Four rows at a time: one read and write of the Gram matrix serves four products.
  for (; i + 4 <= rows; i += 4) {
    const [r0, r1, r2, r3] = [i * p, (i + 1) * p, (i + 2) * p, (i + 3) * p];
    const [w0, w1, w2, w3] = [weights[i]!, weights[i + 1]!, weights[i + 2]!, weights[i + 3]!];
    for (let j = 0; j < p; j++) {
      const a = w0 * x[r0 + j]!;
      const b = w1 * x[r1 + j]!;
      const c = w2 * x[r2 + j]!;
      const d = w3 * x[r3 + j]!;
      const out = j * p;
      for (let k = j; k < p; k++) into[out + k]! += a * x[r0 + k]! + b * x[r1 + k]! + c * x[r2 + k]! + d * x[r3 + k]!;
    }
  }
  for (; i < rows; i++) {
    for (let j = 0; j < p; j++) {
      const a = weights[i]! * x[i * p + j]!;
      for (let k = j; k < p; k++) into[j * p + k]! += a * x[i * p + k]!;
    }
  }
  for (let j = 0; j < p; j++) for (let k = 0; k < j; k++) into[j * p + k] = into[k * p + j]!;
}

/**
 * The product of one row with each of several.
 *
 * @param others each as long as the row
 * @example [...dotProducts(Float64Array.of(1, 2), [Float64Array.of(3, 4), Float64Array.of(5, 6)])] // => [11, 17]
 */
export function dotProducts(row: Float64Array, others: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(others.length);
  let k = 0;
  // Four sums at a time: none waits for the addition before it, and each still adds up in its own order.
  for (; k + 4 <= others.length; k += 4) {
    const [r0, r1, r2, r3] = others.slice(k, k + 4) as [Float64Array, Float64Array, Float64Array, Float64Array];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let j = 0; j < row.length; j++) {
      const value = row[j]!;
      s0 += value * r0[j]!;
      s1 += value * r1[j]!;
      s2 += value * r2[j]!;
      s3 += value * r3[j]!;
    }
    out.set([s0, s1, s2, s3], k);
  }
  for (; k < others.length; k++) {
    const other = others[k] as Float64Array;
    let sum = 0;
    for (let j = 0; j < row.length; j++) sum += row[j]! * other[j]!;
    out[k] = sum;
  }
  return out;
}
