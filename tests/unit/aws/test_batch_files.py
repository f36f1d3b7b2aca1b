"""Files of batches, in pieces: read from a byte on, written in parts, copied by S3 where large."""

import io
import re
from contextlib import closing

import pytest
from botocore.exceptions import ClientError, IncompleteReadError

from framewarden.aws import batch_files, batch_streams, batch_writer
from framewarden.aws.batch_files import Writer
from framewarden.domain.errors import ManifestInvalidError, StoreThrottledError
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET

KEY = "batches/1/results.jsonl"
MIB = 1024 * 1024


def put(data, key=KEY, bucket=BATCHES_BUCKET):
    batch_files.put(bucket, key, data)
    return batch_files.head(bucket, key)


def written():
    return batch_files.read(BATCHES_BUCKET, KEY)


def operations(aws):
    return [call.operation for call in aws.wire.calls]


class TestReading:
    def test_an_object_is_known_by_size_etag_and_version(self, aws):
        found = put(b"some bytes")
        assert found["size"] == 10
        assert re.fullmatch("[0-9a-f]{32}", found["etag"])
        put(b"others")
        assert batch_files.head(BATCHES_BUCKET, KEY, found["version_id"]) == found
        assert batch_files.head(BATCHES_BUCKET, KEY) != found

    @pytest.mark.parametrize("code", ["404", "403", "301", "400"])
    def test_what_is_missing_or_forbidden_is_nothing(self, aws, code):
        aws.wire.fails("HeadObject", code)
        aws.wire.fails("GetObject", {"404": "NoSuchKey", "403": "AccessDenied"}.get(code, code))
        assert batch_files.head(BATCHES_BUCKET, KEY) is None
        assert batch_files.read(BATCHES_BUCKET, KEY) is None

    def test_a_failure_that_nobody_foresaw_passes_as_it_is(self, aws):
        for operation, call in (
            ("HeadObject", lambda: batch_files.head(BATCHES_BUCKET, KEY)),
            ("GetObject", lambda: batch_files.read(BATCHES_BUCKET, KEY)),
            ("GetObject", lambda: list(batch_files.stream(BATCHES_BUCKET, KEY, None, 0))),
            ("ListObjectsV2", lambda: list(batch_files.keys(BATCHES_BUCKET, ""))),
        ):
            aws.wire.fails(operation, "OddError")
            with pytest.raises(ClientError):
                call()

    def test_a_stream_begins_at_its_byte_and_comes_in_pieces(self, aws):
        data = bytes(range(256)) * 1024
        put(data)
        pieces = list(batch_files.stream(BATCHES_BUCKET, KEY, None, 1000))
        assert b"".join(pieces) == data[1000:]
        assert {len(piece) for piece in pieces[:-1]} == {batch_streams.CHUNK}

    @pytest.mark.parametrize("first", [0, 3, 100, 64 * 1024, 64 * 1024 + 5, 150_000, 200_000])
    def test_a_stream_begins_there_too_where_a_range_is_answered_with_the_whole(self, aws, first):
        data = bytes(range(250)) * 600
        aws.wire.serves("GetObject", lambda asked: {"Body": io.BytesIO(data)})
        pieces = list(batch_files.stream(BATCHES_BUCKET, KEY, "v1", first))
        assert b"".join(pieces) == data[first:]
        assert all(pieces)

    def test_a_stream_behind_the_end_is_empty(self, aws):
        put(b"some bytes")
        assert list(batch_files.stream(BATCHES_BUCKET, KEY, None, 10)) == []

    def test_a_stream_reads_the_version_that_is_meant(self, aws):
        first = put(b"first")
        put(b"second")
        found = batch_files.stream(BATCHES_BUCKET, KEY, first["version_id"], 0, first["etag"])
        assert b"".join(found) == b"first"

    def test_a_stream_of_what_was_changed_is_refused(self, aws):
        etag = put(b"first")["etag"]
        assert b"".join(batch_files.stream(BATCHES_BUCKET, KEY, None, 0, etag)) == b"first"
        put(b"second")
        with pytest.raises(ManifestInvalidError, match="was changed meanwhile"):
            list(batch_files.stream(BATCHES_BUCKET, KEY, None, 0, etag))

    def test_a_stream_of_what_is_gone_is_refused(self, aws):
        with pytest.raises(ManifestInvalidError, match=f"s3://{BATCHES_BUCKET}/{KEY} is missing"):
            list(batch_files.stream(BATCHES_BUCKET, KEY, None, 0))

    def test_a_stream_that_is_left_lets_go_of_its_connection(self, aws):
        bodies = []

        class Body:
            def read(self, size):
                return b"x" * size

            def close(self):
                bodies.append("closed")

        aws.wire.serves("GetObject", lambda asked: {"Body": Body()})
        with closing(batch_files.stream(BATCHES_BUCKET, KEY, None, 0)) as pieces:
            assert len(next(pieces)) == batch_streams.CHUNK
        assert bodies == ["closed"]

    def test_a_transfer_that_breaks_off_may_be_tried_again(self, aws):
        class Body:
            def read(self, size):
                raise IncompleteReadError(actual_bytes=1, expected_bytes=2)

            def close(self):
                pass

        aws.wire.serves("GetObject", lambda asked: {"Body": Body()})
        with pytest.raises(StoreThrottledError):
            list(batch_files.stream(BATCHES_BUCKET, KEY, None, 0))

    def test_keys_come_page_after_page(self, aws):
        pages = [
            {"Contents": [{"Key": "a", "Size": 1}], "IsTruncated": True}
            | {"NextContinuationToken": "more"},
            {"Contents": [{"Key": "b", "Size": 2}], "IsTruncated": False},
        ]
        aws.wire.serves("ListObjectsV2", lambda asked: pages.pop(0))
        assert list(batch_files.keys(SOURCE_BUCKET, "folder/")) == [("a", 1), ("b", 2)]
        assert aws.wire.made("ListObjectsV2")[1]["ContinuationToken"] == "more"

    def test_keys_of_a_folder_are_listed_and_of_a_bucket_that_is_none_refused(self, aws):
        put(b"12", "folder/b.jpg", SOURCE_BUCKET)
        put(b"1", "folder/a.jpg", SOURCE_BUCKET)
        put(b"1", "other.jpg", SOURCE_BUCKET)
        found = list(batch_files.keys(SOURCE_BUCKET, "folder/"))
        assert found == [("folder/a.jpg", 1), ("folder/b.jpg", 2)]
        assert list(batch_files.keys(SOURCE_BUCKET, "none/")) == []
        with pytest.raises(ManifestInvalidError, match="s3://no-such-bucket/folder/ is missing"):
            list(batch_files.keys("no-such-bucket", "folder/"))

    def test_a_signed_address_saves_a_file_under_a_plain_name(self, aws):
        url = batch_files.signed(BATCHES_BUCKET, KEY, 60, "results.jsonl")
        assert url.startswith(f"https://{BATCHES_BUCKET}.s3")
        assert "X-Amz-Expires=60" in url
        assert "attachment%3B%20filename%3D%22results.jsonl%22" in url


class TestWriting:
    def test_what_is_small_is_put_in_one_call(self, aws):
        aws.wire.forget()
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"one ")
            out.write(b"two")
        assert operations(aws) == ["PutObject"]
        assert (written(), out.size) == (b"one two", 7)
        found = batch_files.head(BATCHES_BUCKET, KEY)
        assert found == {"size": 7, "etag": out.etag, "version_id": out.version_id}

    def test_nothing_is_an_empty_object(self, aws):
        with Writer(BATCHES_BUCKET, KEY):
            pass
        assert written() == b""

    def test_what_is_large_is_put_in_parts(self, aws):
        data = [bytes([number]) * MIB for number in range(12)]
        with Writer(BATCHES_BUCKET, KEY, "text/plain") as out:
            for piece in data:
                out.write(piece)
        assert written() == b"".join(data)
        parts = [call["ContentLength"] for call in aws.wire.made("UploadPart")]
        assert [out.size, *parts] == [12 * MIB, 5 * MIB, 5 * MIB, 2 * MIB]
        assert out.version_id
        [begun] = aws.wire.made("CreateMultipartUpload")
        assert begun["ContentType"] == "text/plain"

    def test_no_last_part_is_empty(self, aws):
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"x" * batch_writer.PART)
        assert len(aws.wire.made("UploadPart")) == 1
        assert len(written()) == batch_writer.PART

    def test_parts_grow_before_there_are_ten_thousand(self, aws):
        out = Writer(BATCHES_BUCKET, KEY)
        total = 0
        for _ in range(10_000):
            total += out._least()
            out._parts.append({})
        assert total > 60 * 1024 * MIB, "what a hundred million images answer"

    def test_a_checksum_that_is_told_is_given_back(self, aws):
        answer = {"ETag": '"e"', "ChecksumCRC32": "sum"}
        aws.wire.serves("CreateMultipartUpload", lambda asked: {"UploadId": "u"})
        aws.wire.serves("UploadPart", lambda asked: answer)
        aws.wire.serves("CompleteMultipartUpload", lambda asked: {"ETag": '"whole-1"'})
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"x" * batch_writer.PART)
        [call] = aws.wire.made("CompleteMultipartUpload")
        assert call["MultipartUpload"]["Parts"] == [{"PartNumber": 1, **answer}]
        assert (out.etag, out.version_id) == ("whole-1", None)


class TestBreakingOff:
    def large(self):
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"x" * batch_writer.PART)
            raise KeyError("something else")

    def test_an_exception_leaves_nothing_behind(self, aws):
        with pytest.raises(KeyError):
            self.large()
        assert (written(), operations(aws).count("AbortMultipartUpload")) == (None, 1)

    def test_an_exception_before_the_first_part_calls_nobody(self, aws):
        aws.wire.forget()
        with pytest.raises(KeyError), Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"x")
            raise KeyError("something else")
        assert operations(aws) == []

    def test_an_abort_that_fails_hides_no_reason(self, aws):
        aws.wire.fails("AbortMultipartUpload", "SlowDown", status=503, times=2)
        with pytest.raises(KeyError):
            self.large()

    def test_an_end_that_fails_is_aborted(self, aws):
        aws.wire.fails("CompleteMultipartUpload", "InvalidPart")
        with pytest.raises(ClientError), Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"x" * batch_writer.PART)
        assert (written(), operations(aws).count("AbortMultipartUpload")) == (None, 1)


class TestCopying:
    SMALL, LARGE = "batches/1/small", "batches/1/large"

    @pytest.fixture
    def large(self, aws):
        data = bytes(range(256)) * (11 * MIB // 256) + b"the end"
        put(data, self.LARGE)
        put(b"small", self.SMALL)
        aws.wire.forget()
        return data

    def test_what_is_small_is_read_and_written(self, aws, large):
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.copy(BATCHES_BUCKET, self.SMALL, 5)
            out.copy(BATCHES_BUCKET, self.SMALL, 0)
        assert written() == b"smallsmall"
        assert aws.wire.made("UploadPartCopy") == []

    def test_what_is_large_is_copied_by_s3(self, aws, large):
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.copy(BATCHES_BUCKET, self.LARGE, len(large))
            out.write(b"!")
        assert operations(aws)[:2] == ["CreateMultipartUpload", "UploadPartCopy"]
        assert aws.wire.made("GetObject") == []
        assert (written() == large + b"!", out.size) == (True, len(large) + 1)

    def test_a_part_that_was_begun_is_filled_up_first(self, aws, large):
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.copy(BATCHES_BUCKET, self.SMALL, 5)
            out.copy(BATCHES_BUCKET, self.LARGE, len(large))
            out.copy(BATCHES_BUCKET, self.SMALL, 5)
        [copied] = aws.wire.made("UploadPartCopy")
        filled = batch_writer.PART - 5
        assert copied["CopySourceRange"] == f"bytes={filled}-{len(large) - 1}"
        assert written() == b"small" + large + b"small"

    def test_what_is_huge_is_copied_in_pieces_none_of_them_too_small(self, aws):
        aws.wire.serves("CreateMultipartUpload", lambda asked: {"UploadId": "u"})
        aws.wire.serves("UploadPartCopy", lambda asked: {"CopyPartResult": {"ETag": '"e"'}})
        aws.wire.serves("CompleteMultipartUpload", lambda asked: {"ETag": '"whole-3"'})
        size = 3 * batch_writer.COPIED + 5
        with Writer(BATCHES_BUCKET, KEY) as out:
            out.copy(BATCHES_BUCKET, self.LARGE, size)
        copied = [call["CopySourceRange"] for call in aws.wire.made("UploadPartCopy")]
        assert copied == [
            f"bytes=0-{64 * MIB - 1}",
            f"bytes={64 * MIB}-{128 * MIB - 1}",
            f"bytes={128 * MIB}-{size - 1}",
        ]
        assert out.size == size

    def test_an_object_that_is_gone_says_so(self, aws):
        with pytest.raises(ManifestInvalidError), Writer(BATCHES_BUCKET, KEY) as out:
            out.copy(BATCHES_BUCKET, self.LARGE, 5)

    def test_an_object_that_is_shorter_than_it_was_is_no_part_of_it(self, aws, large):
        aws.wire.fails("UploadPartCopy", "InvalidRange")
        with pytest.raises(ClientError), Writer(BATCHES_BUCKET, KEY) as out:
            out.write(b"begun")
            out.copy(BATCHES_BUCKET, self.SMALL, len(large))
        assert written() is None
