"""An export as an answer: lines as they are read, or a file from the disk."""

from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from payments import exports


def sent(sheet: exports.Sheet, rows: Any, form: str) -> StreamingHttpResponse | FileResponse:
    name = f"{sheet.name}-{timezone.localdate():%Y-%m-%d}.{form}"
    if form == "xlsx":
        return FileResponse(exports.workbook(sheet, rows), as_attachment=True, filename=name, content_type=exports.FORMS[form])
    answer = StreamingHttpResponse(exports.lines(sheet, rows), content_type=exports.FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
