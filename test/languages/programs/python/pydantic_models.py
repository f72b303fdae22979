from generated.models import ModelEntity
from lines import round_trip

round_trip(lambda entity: ModelEntity.model_validate(entity, by_alias=True).model_dump(mode="json", by_alias=True))
