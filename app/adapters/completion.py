"""What is read of a chat completion. A body without it is no completion, whatever the status says: ValidationError."""

from typing import Annotated

from pydantic import BaseModel, Field

Tokens = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""More than any mail takes; sums of it still fit into a column."""


class _Usage(BaseModel):
    prompt_tokens: Tokens | None = None
    completion_tokens: Tokens | None = None


class _Message(BaseModel):
    content: str | None = None
    refusal: object = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: object = None


class Completion(BaseModel):
    choices: tuple[_Choice, ...] = Field(min_length=1)
    model: object = None
    usage: _Usage | None = None

    @property
    def said(self) -> str:
        """The text of the answer; empty where the model refused or was cut short."""
        choice = self.choices[0]
        if choice.message.refusal or choice.finish_reason in {"length", "content_filter"}:
            return ""
        return (choice.message.content or "").strip()

    @property
    def tokens_in(self) -> int:
        return (self.usage and self.usage.prompt_tokens) or 0

    @property
    def tokens_out(self) -> int:
        return (self.usage and self.usage.completion_tokens) or 0
