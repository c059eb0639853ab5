"""A plain tool loop on OpenAI's chat API: `python -m midspan.pipelines.agents.openai_loop`."""
