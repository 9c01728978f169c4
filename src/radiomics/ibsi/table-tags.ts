/** The tags of the standard's reference tables for the features of whole regions. */

/** Morphological features. */
export const morphologyTags: Readonly<Record<string, string>> = {
  Volume: "morph_volume",
  ApproximateVolume: "morph_vol_approx",
  SurfaceArea: "morph_area_mesh",
  SurfaceToVolumeRatio: "morph_av",
  Compactness1: "morph_comp_1",
  Compactness2: "morph_comp_2",
  SphericalDisproportion: "morph_sph_dispr",
  Sphericity: "morph_sphericity",
  Asphericity: "morph_asphericity",
  CentreOfMassShift: "morph_com",
  Maximum3DDiameter: "morph_diam",
  MajorAxisLength: "morph_pca_maj_axis",
  MinorAxisLength: "morph_pca_min_axis",
  LeastAxisLength: "morph_pca_least_axis",
  Elongation: "morph_pca_elongation",
  Flatness: "morph_pca_flatness",
  VolumeDensityAabb: "morph_vol_dens_aabb",
  AreaDensityAabb: "morph_area_dens_aabb",
  VolumeDensityAee: "morph_vol_dens_aee",
  AreaDensityAee: "morph_area_dens_aee",
  VolumeDensityConvexHull: "morph_vol_dens_conv_hull",
  AreaDensityConvexHull: "morph_area_dens_conv_hull",
  IntegratedIntensity: "morph_integ_int",
  MoransI: "morph_moran_i",
  GearysC: "morph_geary_c",
};

/** Local intensity features. */
export const localTags: Readonly<Record<string, string>> = {
  LocalIntensityPeak: "loc_peak_loc",
  GlobalIntensityPeak: "loc_peak_glob",
};

const shared: Readonly<Record<string, string>> = {
  Mean: "mean",
  Variance: "var",
  Skewness: "skew",
  ExcessKurtosis: "kurt",
  Median: "median",
  Minimum: "min",
  Percentile10: "p10",
  Percentile90: "p90",
  Maximum: "max",
  InterquartileRange: "iqr",
  Range: "range",
  MeanAbsoluteDeviation: "mad",
  RobustMeanAbsoluteDeviation: "rmad",
  MedianAbsoluteDeviation: "medad",
  CoefficientOfVariation: "cov",
  QuartileCoefficientOfDispersion: "qcod",
};

function prefixed(prefix: string, tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, `${prefix}_${tag}`]));
}

/** Intensity-based statistics. */
export const statisticsTags = prefixed("stat", { ...shared, Energy: "energy", RootMeanSquare: "rms" });

/** Intensity histogram. */
export const histogramTags = prefixed("ih", {
  ...shared,
  Mode: "mode",
  Entropy: "entropy",
  Uniformity: "uniformity",
  MaximumGradient: "max_grad",
  MaximumGradientLevel: "max_grad_g",
  MinimumGradient: "min_grad",
  MinimumGradientLevel: "min_grad_g",
});

/** Intensity-volume histogram. */
export const volumeHistogramTags = prefixed("ivh", {
  VolumeAtIntensityFraction10: "v10",
  VolumeAtIntensityFraction90: "v90",
  IntensityAtVolumeFraction10: "i10",
  IntensityAtVolumeFraction90: "i90",
  VolumeFractionDifference: "diff_v10_v90",
  IntensityDifference: "diff_i10_i90",
});
