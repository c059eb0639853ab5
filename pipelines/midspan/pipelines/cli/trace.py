"""`midspan trace` for whoever asks for a click command; the work is done where click is not."""

import click


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(words: tuple[str, ...]) -> int:
    """Run an agent with whatever instrumentation is installed turned on."""
    from midspan.instrumentation.auto.command import main

    return main(words)
