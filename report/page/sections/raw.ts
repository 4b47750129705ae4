import { isPacked, packRecord } from "../../../model/packedRecord.ts";
import { escapeUnsafe } from "../../safeText.ts";
import { paragraph } from "../document.ts";
import type { Block, Section } from "../document.ts";
import type { ReportedStack } from "../reported.ts";

/** Unpacks a long record, which its writer compressed. */
const UNPACK =
  `node -e 'const { brotli } = JSON.parse(require("fs").readFileSync(0, "utf8")); ` +
  `process.stdout.write(require("zlib").brotliDecompressSync(Buffer.from(brotli.join(""), "base64")))' < record.json`;

/** Holds the records themselves, folded away. */
export function rawSection(stacks: readonly ReportedStack[]): Section {
  const records = stacks.map(({ drivers, record, stack }) => {
    const text = packRecord(record);
    const blocks: Block[] = [
      ...(isPacked(text)
        ? [
            paragraph(
              "The record is long and therefore packed. Saved as record.json, it is unpacked by:",
            ),
            { kind: "code" as const, label: "Command that unpacks a record", text: UNPACK },
          ]
        : []),
      { kind: "code", label: `Record of ${stack}`, text: escapeUnsafe(text) },
      ...(drivers === undefined
        ? []
        : [
            {
              kind: "code" as const,
              label: `Record of the drivers of ${stack}`,
              text: escapeUnsafe(JSON.stringify(drivers)),
            },
          ]),
    ];
    return { kind: "folded" as const, summary: `Record of ${stack}`, blocks };
  });
  return { id: "record", title: "The whole record", blocks: records };
}
