"""A small world to try midspan on: scripted models, real tools, real spans.

`runner.run_demo` is a sweep of 144 runs. `model_server.ModelServer` alone is an OpenAI-compatible
server whose models are scripted: what other tests put an agent in front of. Nothing is imported
here: the agent, which is started anew for each run, needs little of it.
"""
