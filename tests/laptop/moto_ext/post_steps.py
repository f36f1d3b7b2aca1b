"""The code of AWS's post on bulk analysis, as it stands there apart from names."""

import time
from typing import Any


def start_and_poll(rekognition_client: Any, input_bucket: str, output_bucket: str) -> Any:
    """Start a job and wait for its end."""
    min_confidence = 50
    input_file = "input_file.jsonl"
    key_prefix = "moderation-results"
    job_name = "bulk-analysis-demo"

    job_start_response = rekognition_client.start_media_analysis_job(
        OperationsConfig={"DetectModerationLabels": {"MinConfidence": min_confidence}},
        JobName=job_name,
        Input={"S3Object": {"Bucket": input_bucket, "Name": input_file}},
        OutputConfig={"S3Bucket": output_bucket, "S3KeyPrefix": key_prefix},
    )

    job_id = job_start_response["JobId"]
    max_tries = 60
    while max_tries > 0:
        max_tries -= 1
        job = rekognition_client.get_media_analysis_job(JobId=job_id)
        job_status = job["Status"]
        if job_status in ["SUCCEEDED", "FAILED"]:
            print(f"Job {job_name} is {job_status}.")
            if job_status == "SUCCEEDED":
                print(
                    f"Bulk Analysis output file copied to:\n"
                    f"\tBucket: {job['Results']['S3Object']['Bucket']}\n"
                    f"\tObject: {job['Results']['S3Object']['Name']}."
                )
            break
        print(f"Waiting for {job_name}. Current status is {job_status}.")
        time.sleep(10)
    return job


def list_jobs(rekognition_client: Any) -> None:
    """Print the latest 10 media analysis jobs."""
    moderation_job_list = rekognition_client.list_media_analysis_jobs(MaxResults=10, NextToken="")
    for job_result in moderation_job_list["MediaAnalysisJobs"]:
        print(
            f"JobId: {job_result['JobId']} ,Status: {job_result['Status']},\n"
            f"Summary: {job_result['ManifestSummary']['S3Object']['Name']},\n"
            f"Result: {job_result['Results']['S3Object']['Name']}"
        )
