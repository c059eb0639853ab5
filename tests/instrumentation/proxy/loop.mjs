// An agent in a few lines: asks, runs the one tool, tells its result, prints the answer.
const [base] = process.argv.slice(2);
const parameters = { type: "object", properties: { id: { type: "integer" } } };
const tools = [{ type: "function", function: { name: "look", parameters } }];
const messages = [{ role: "user", content: "Refund order 1042?" }];

async function ask() {
  const reply = await fetch(`${base}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer none" },
    body: JSON.stringify({ model: "m-1", stream: true, messages, tools }),
  });
  const message = { role: "assistant", content: "", tool_calls: [] };
  let rest = "";
  for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks.filter((each) => !each.endsWith("[DONE]"))) {
      const delta = JSON.parse(block.slice(6)).choices[0]?.delta ?? {};
      message.content += delta.content ?? "";
      for (const { index, ...call } of delta.tool_calls ?? []) {
        const known = (message.tool_calls[index] ??= call);
        if (known !== call) known.function.arguments += call.function.arguments;
      }
    }
  }
  if (!message.tool_calls.length) delete message.tool_calls;
  return message;
}

for (;;) {
  const message = await ask();
  messages.push(message);
  if (!message.tool_calls) {
    console.log(message.content);
    break;
  }
  for (const call of message.tool_calls) {
    const content = `total of ${JSON.parse(call.function.arguments).id}: 39`;
    messages.push({ role: "tool", tool_call_id: call.id, content });
  }
}
