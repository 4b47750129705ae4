import assert from "node:assert/strict";
import { basename } from "node:path";
import { judge } from "../../cli/doctor/judge.ts";
import { answerOf, askedBy, CASES, describeQuestion } from "./cases.ts";

describe("the doctor, by what was recorded on a real mesh, answers rightly", () => {
  for (const { folder, questions, recorded } of CASES) {
    for (const [place, question] of questions.entries()) {
      it(`${basename(folder)}: ${describeQuestion(question)}`, () => {
        const mesh = recorded[place];
        assert.ok(mesh, "not recorded: npm run test:cases -- --record");
        const diagnosis = judge(mesh, askedBy(question));
        assert.deepEqual(answerOf(diagnosis, question.answer), question.answer);
        assert.ok(!JSON.stringify(diagnosis.findings).includes("IIT061"));
      });
    }
  }
});
