"""The one place where the evals meet the mind."""

from collections.abc import Mapping
from typing import Any

from app.domain.ports import Mind
from app.domain.prediction import prediction
from app.mind import build_mind
from app.thinking import MindConfig
from evals.cases import case_of
from evals.dataset import Line
from evals.predict import Provider


class MindPredictor:
    """Asks a mind for its proposal and shows it as a prediction line."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    async def predict(self, line: Line) -> Mapping[str, Any]:
        thought = await self._mind.think(case_of(line))
        return prediction(thought.proposal)


def build_predictor(provider: Provider) -> MindPredictor:
    config = MindConfig(
        provider=provider.name, base_url=provider.base_url, api_key=provider.api_key, model=provider.model
    )
    return MindPredictor(build_mind(config))
