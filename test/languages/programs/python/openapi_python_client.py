from generated.client.models import ModelEntity
from lines import round_trip

round_trip(lambda entity: ModelEntity.from_dict(entity).to_dict())
