import assert from "node:assert/strict";

import { renderMarkdown, renderTable } from "../../report/table.ts";

describe("table", () => {
  it("aligns columns to their widest cell", () => {
    assert.equal(
      renderTable(
        ["stack", "effective", "x"],
        [
          ["10s", "10s", ""],
          ["default", "1h (Envoy's default)", "-"],
        ],
      ),
      [
        "stack    effective             x",
        "-------  --------------------  -",
        "10s      10s",
        "default  1h (Envoy's default)  -",
        "",
      ].join("\n"),
    );
  });

  it("is just its header without rows", () => {
    assert.equal(renderTable(["a", "b"], []), "a  b\n-  -\n");
  });

  it("refuses a row of another length", () => {
    assert.throws(() => renderTable(["a", "b"], [["1"]]), {
      message: "a row has 1 cells, the header 2: 1",
    });
  });
});

describe("a table of text from outside", () => {
  it("has one line for each row, whatever its cells hold", () => {
    assert.equal(
      renderTable(["pod", "a\nb"], [["x\ny", "\u001b[2Jz"]]),
      "pod  a b\n---  -----\nx y  \ufffd[2Jz\n",
    );
  });

  it("has no cells in Markdown but its own", () => {
    assert.equal(renderMarkdown(["a"], [["x | <y>\nz"]]), "| a |\n| --- |\n| x \\| &lt;y> z |\n");
  });
});
