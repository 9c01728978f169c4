/** The reporting checklists of a study, in the order of the report. */
import type { Checklist } from "./checklist-answers.ts";
import { clear } from "./clear.ts";
import { metricsList } from "./metrics-list.ts";
import { tripodAi } from "./tripod-ai.ts";

/** TRIPOD+AI (27 items, some in parts), CLEAR (58) and METRICS (30). */
export const checklists: readonly Checklist[] = [tripodAi, clear, metricsList];
