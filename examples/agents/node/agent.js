// An agent on the OpenAI SDK for Node. Nothing is added: it asks through `midspan proxy`.
//
// npm install
// OPENAI_BASE_URL=http://127.0.0.1:8400/run/prices-0/v1 node agent.js

import OpenAI from "openai";

const ORDERS = { "ORD-1042": { order_id: "ORD-1042", item: "desk lamp", total_usd: 39.0 } };
const PER_USD = { USD: 1.0, EUR: 0.92, JPY: 149.0 };

const TOOLS = {
  lookup_order({ order_id }) {
    if (!(order_id in ORDERS)) {
      throw new Error(`invalid order id '${order_id}': must look like ORD-NNNN`);
    }
    return ORDERS[order_id];
  },
  convert_currency({ amount, from_currency, to_currency }) {
    const converted = (amount / PER_USD[from_currency]) * PER_USD[to_currency];
    return { amount: Math.round(converted * 100) / 100, currency: to_currency };
  },
};

function definition(name, properties) {
  const parameters = { type: "object", properties, required: Object.keys(properties) };
  return { type: "function", function: { name, parameters } };
}

const TEXT = { type: "string" };
const DEFINITIONS = [
  definition("lookup_order", { order_id: TEXT }),
  definition("convert_currency", {
    amount: { type: "number" },
    from_currency: TEXT,
    to_currency: TEXT,
  }),
];

function execute(call) {
  try {
    return JSON.stringify(TOOLS[call.function.name](JSON.parse(call.function.arguments)));
  } catch (error) {
    return `Error: ${error.message}`;
  }
}

async function ask(question) {
  const client = new OpenAI();
  const messages = [
    { role: "system", content: "You are a shop assistant. Use the tools." },
    { role: "user", content: question },
  ];
  for (;;) {
    const response = await client.chat.completions.create({
      model: process.env.MODEL ?? "gpt-4.1-mini",
      messages,
      tools: DEFINITIONS,
    });
    const { message } = response.choices[0];
    if (!message.tool_calls) return message.content;
    messages.push(message);
    for (const call of message.tool_calls) {
      messages.push({ role: "tool", tool_call_id: call.id, content: execute(call) });
    }
  }
}

console.log(await ask("How much is order 1042 in EUR and in JPY?"));
