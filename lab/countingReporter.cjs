// Mocha's own output, and at its end one line that a program can read.
const { reporters } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const skipped = pending === 0 ? "" : `, ${pending} skipped`;
    reporters.Base.consoleLog(`${passes} passed, ${failures} failed${skipped}`);
  }
};
