"""Rekognition's image moderation, on the pixels."""
