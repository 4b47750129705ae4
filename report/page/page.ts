import type { PageDocument, Section } from "./document.ts";
import type { Reported } from "./reported.ts";
import { answerOf, leadOf } from "./sections/answer.ts";
import { certaintySection } from "./sections/certainty.ts";
import { driverSection } from "./sections/drivers.ts";
import { fixesSection } from "./sections/fixes.ts";
import { limitsSection } from "./sections/limits.ts";
import { configuredSection, overviewSection, timelineSection } from "./sections/overview.ts";
import { rawSection } from "./sections/raw.ts";
import { remedySection } from "./sections/remedies.ts";
import { repeatSection } from "./sections/repeat.ts";

/** Makes the page of several stacks: the answer first, then what it rests on, then what to do. */
export function reportPage(reported: Reported): PageDocument {
  const { stacks } = reported;
  const sections: Section[] = [
    overviewSection(reported),
    timelineSection(stacks),
    certaintySection(stacks),
    configuredSection(stacks),
    remedySection(stacks),
    driverSection(stacks),
    fixesSection(stacks),
    limitsSection(stacks),
    repeatSection(stacks),
    rawSection(stacks),
  ];
  return {
    title: "Idle connections through the sidecar",
    answer: answerOf(reported),
    lead: leadOf(reported),
    sections: sections.filter(({ blocks }) => blocks.length > 0),
  };
}
