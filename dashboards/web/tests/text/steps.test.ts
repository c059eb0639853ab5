import { expect, test } from "vitest";
import { endWords, responseWords, ruleWords } from "../../src/words/steps.ts";

test("a rule is told by its fault, and by what it was seen", () => {
  expect(ruleWords("hidden.error/exit_code")).toMatchObject({
    title: "Hidden error",
    detail: "exit code",
  });
  expect(ruleWords("model.unparseable/not_json")).toMatchObject({
    title: "Unreadable call",
    detail: null,
  });
  expect(ruleWords(null).title).toBe("No fault left");
});

test("what is not known is told as it is called, whatever that is", () => {
  expect(ruleWords("constructor/__proto__")).toEqual({
    title: "constructor",
    says: "",
    detail: "proto",
  });
  expect(responseWords("toString").title).toBe("toString");
  expect(endWords("turned\u202earound").title).toBe("turned⟨U+202E⟩around");
});
