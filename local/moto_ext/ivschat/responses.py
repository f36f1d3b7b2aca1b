"""Answer IVS Chat's calls."""

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from local.moto_ext.checked import CheckedResponse
from local.moto_ext.ivschat.models import IVSChatBackend, ivschat_backends
from local.moto_ext.paging import page


class IVSChatResponse(CheckedResponse, BaseResponse):
    """Serve rooms and events."""

    def __init__(self) -> None:
        super().__init__(service_name="ivschat")

    @property
    def _chat(self) -> IVSChatBackend:
        return ivschat_backends[self.current_account][self.region]

    def create_room(self) -> ActionResult:
        """Create a room."""
        return ActionResult(self._chat.create_room(self.params))

    def get_room(self) -> ActionResult:
        """Describe a room."""
        return ActionResult(self._chat.room(self.params["identifier"]))

    def list_rooms(self) -> ActionResult:
        """List the rooms."""
        name = self.params.get("name")
        rooms = [room for room in self._chat.rooms.values() if name in (None, room["name"])]
        size, token = self.params.get("maxResults"), self.params.get("nextToken")
        return ActionResult(page("rooms", rooms, size, token, default=50))

    def delete_room(self) -> ActionResult:
        """Delete a room."""
        self._chat.delete_room(self.params["identifier"])
        return EmptyResult()

    def send_event(self) -> ActionResult:
        """Send an event to everyone in a room."""
        event = self._chat.send_event(
            self.params["roomIdentifier"],
            self.params["eventName"],
            self.params.get("attributes", {}),
        )
        return ActionResult({"id": event.event_id})
